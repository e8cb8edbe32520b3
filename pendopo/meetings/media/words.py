"""The sentences that the room's islands say by themselves, in the reader's language, and the reactions they offer."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REACTIONS = [
    ("clap", "👏", _("Applause")),
    ("thumb", "👍", _("Agreed")),
    ("heart", "❤️", _("Thanks")),
    ("laugh", "😄", _("Laughter")),
    ("wow", "😮", _("Surprise")),
]

WORDS: dict[str, str | Promise] = {
    "convener": _("convener"),
    "speaker": _("speaker"),
    "listener": _("listener"),
    "screen_of": _("Screen of"),
    "line_1": _("line: sound only"),
    "line_2": _("line: thin"),
    "line_3": _("line: good"),
    "thin_line": _("Thin line: smaller pictures"),
    "sound_only": _("Very thin line: sound first, pictures stopped"),
    "line_lost": _("The line is lost; connecting again …"),
    "media_lost": _("Picture and sound are being connected again …"),
    "media_missing": _(
        "There is no media server: chat and votes work, picture and sound do not. The operator sees why with pendopo doctor."
    ),
    "refused": _("You were not admitted to this meeting."),
    "removed": _("You were removed from this meeting."),
    "ended": _("The meeting has ended."),
    "dropped": _("You are not invited to this meeting any more. Come to its lobby, and a convener decides."),
    "elsewhere": _("You opened this meeting in another window."),
    "no-ticket": _("This page has grown old. Load it again to come in."),
    "waiting": _("waiting in the lobby"),
    "deeds": _("What to do with"),
    "lower": _("Lower the hand"),
    "mute": _("Mute"),
    "camera_off": _("Camera off"),
    "to_speaker": _("Let speak"),
    "to_listener": _("Make listener"),
    "to_convener": _("Make convener"),
    "remove": _("Remove"),
    "admit": _("Admit"),
    "refuse": _("Refuse"),
    "admit_agency": _("Admit all of this agency"),
    "muted_by": _("Your microphone was muted by"),
    "camera_off_by": _("Your camera was switched off by"),
    "close_poll": _("Close the poll"),
    "works": _("works"),
    "wrong_NotAllowedError": _("Not allowed: press the camera sign in the address bar and allow it."),
    "wrong_NotFoundError": _("None is connected. You can listen, read and write."),
    "wrong_NotReadableError": _("Another program uses it. Close that program and load this page again."),
    "wrong_SecurityError": _("This address is not secure: open the page with https."),
    "wrong_device": _("It does not work. Choose another one below."),
    "wrong_network": _("The house cannot be reached. Look at the cable or Wi-Fi, then load this page again."),
    "wrong_slow": _("The line is slow: join with sound only"),
    "wrong_silent": _("Nothing is heard: speak, switch it on, or choose another one below."),
    "wrong_speaker": _("Turn the volume up, look at the plug of the loudspeaker, then play the tone again."),
    "recorded": _("is recorded"),
    "file_refused": _("The file was not taken: at most 20 MB."),
}
