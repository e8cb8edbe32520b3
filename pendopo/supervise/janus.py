"""A private Janus media server for meetings: its configuration, its sockets, and how it is started.

It is never reachable from a browser: only the product speaks with it, over a unix socket in a folder that is closed to others. Debian's
package is enough; PENDOPO_JANUS_BIN names a newer build. Where there is none everything but the meetings' media works.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .child import Child
from .folder import DataFolder
from .refusal import Refusal

MISSING = "The media server Janus is missing: run `apt-get install janus`, or name your own with PENDOPO_JANUS_BIN."
# What of Janus is loaded: rooms, and the socket they are governed by. Everything else of the package stays out of the process.
PLUGINS, TRANSPORTS = ("libjanus_videoroom.so",), ("libjanus_websockets.so",)
# For telephones, where an account at an exchange is set (PENDOPO_SIP_ACCOUNT): SIP, and the mixer.
TELEPHONE_PLUGINS = ("libjanus_sip.so", "libjanus_audiobridge.so")
SOCKET = "janus.sock"
RTP_PORTS = "20000-40000"


def binary() -> Path:
    """The program `janus`: PENDOPO_JANUS_BIN, or the one on the path. Refuses when there is none."""
    given = os.environ.get("PENDOPO_JANUS_BIN")
    found = given or shutil.which("janus") or ""
    if not Path(found).is_file():
        raise Refusal(MISSING)
    return Path(found)


def version(program: Path) -> str:
    """The server's version: `1.1.2`. Rooms with many streams on one connection need 1.x."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\((\d+\.\d+\.\d+)\)", said.stdout + said.stderr)
    if found is None or int(found.group(1).split(".")[0]) < 1:
        raise Refusal(f"Janus 1.0 or newer is needed; {program} is of version {found.group(1) if found else 'unknown'}.")
    return found.group(1)


def libraries(program: Path) -> Path:
    """The folder that holds `plugins/` and `transports/`: beside the program, where Debian and a build of one's own put them."""
    places = [place / "janus" for place in program.resolve().parent.parent.glob("lib/*-linux-gnu")]
    for place in (program.resolve().parent.parent / "lib/janus", *places):
        if (place / "plugins" / PLUGINS[0]).is_file():
            return place
    raise Refusal(f"{program} has no VideoRoom plugin in ../lib/janus/plugins: install the whole package with `apt-get install janus`.")


@dataclass
class Janus:
    """The media server of one data folder."""

    folder: DataFolder

    def __post_init__(self) -> None:
        self.binary = binary()
        self.home = self.folder.path.absolute() / "run/janus"

    @property
    def socket(self) -> Path:
        """Where the product speaks with it."""
        return self.folder.socket_folder() / SOCKET

    @property
    def credentials(self) -> dict[str, str]:
        """What the product's processes need, as environment."""
        return {"PENDOPO_JANUS_URL": f"unix:{self.socket}", "PENDOPO_JANUS_SECRET": self.folder.secret("janus")}

    def prepare(self) -> None:
        """Writes the configuration: three small files, and links to what is loaded."""
        self.folder.make_socket_folder()
        shutil.rmtree(self.home, ignore_errors=True)
        source = libraries(self.binary)
        plugins = (*PLUGINS, *TELEPHONE_PLUGINS) if os.environ.get("PENDOPO_SIP_ACCOUNT") else PLUGINS
        for name, wanted in {"plugins": plugins, "transports": TRANSPORTS, "events": (), "loggers": ()}.items():
            place = self.home / name
            place.mkdir(mode=0o700, parents=True)
            for library in wanted:
                (place / library).symlink_to(source / name / library)
            self.folder.give(place)
        self.folder.give(self.home)
        self.home.chmod(0o700)
        self.folder.write(self.home / "janus.jcfg", self._general())
        self.folder.write(self.home / "janus.transport.websockets.jcfg", self._transport())
        self.folder.write(self.home / "janus.plugin.videoroom.jcfg", self._rooms())
        self.folder.write(self.home / "janus.plugin.audiobridge.jcfg", self._mixer())
        self.folder.write(self.home / "janus.plugin.sip.jcfg", self._telephones())

    def _general(self) -> str:
        folders = "\n".join(f"  {name}_folder = {quoted(self.home / name)}" for name in ("plugins", "transports", "events", "loggers"))
        closed = ", ".join(quoted(self.folder.path.absolute() / name) for name in ("postgres", "nats", "secrets", "backups", "log"))
        offered, public = os.environ.get("PENDOPO_MEDIA_ADDRESS", ""), os.environ.get("PENDOPO_MEDIA_PUBLIC", "")
        nat = [f"  ice_enforce_list = {quoted(offered)}"] if offered else []
        nat += [f"  nat_1_1_mapping = {quoted(public)}", "  keep_private_host = true"] if public else []
        return (
            "# Written by pendopo at every start.\n"
            f"general: {{\n  configs_folder = {quoted(self.home)}\n{folders}\n"
            f"  api_secret = {quoted(self.folder.secret('janus'))}\n  admin_secret = {quoted(self.folder.secret('janus_admin'))}\n"
            f"  session_timeout = 30\n  reclaim_session_timeout = 20\n  event_loops = {os.cpu_count() or 1}\n"
            f"  debug_level = 3\n  debug_colors = false\n  debug_timestamps = true\n  hide_dependencies = true\n"
            f"  protected_folders = [ {closed} ]\n}}\n"
            f"media: {{\n  rtp_port_range = {quoted(rtp_ports())}\n}}\n"
            f"nat: {{\n" + "\n".join(nat) + "\n}\n"
        )

    def _transport(self) -> str:
        return (
            f'general: {{\n  json = "compact"\n  ws = true\n  wss = false\n  ws_unix = {quoted(self.socket)}\n}}\n'
            "admin: {\n  admin_ws = false\n  admin_wss = false\n}\n"
        )

    def _rooms(self) -> str:
        return f"general: {{\n  admin_key = {quoted(self.folder.secret('janus'))}\n  lock_rtp_forward = true\n  string_ids = true\n}}\n"

    def _mixer(self) -> str:
        secret = quoted(self.folder.secret("janus"))
        return (
            f"general: {{\n  admin_key = {secret}\n  lock_rtp_forward = true\n  lock_play_file = true\n  string_ids = true\n"
            f'  local_ip = "127.0.0.1"\n  rtp_port_range = {quoted(rtp_ports())}\n}}\n'
        )

    def _telephones(self) -> str:
        here = os.environ.get("PENDOPO_MEDIA_ADDRESS", "").partition(",")[0]
        told = os.environ.get("PENDOPO_MEDIA_PUBLIC") or here
        ways = [f"  {name} = {quoted(value)}\n" for name, value in (("local_ip", here), ("sdp_ip", told)) if value]
        return f"general: {{\n{''.join(ways)}  rtp_port_range = {quoted(rtp_ports())}\n  keepalive_interval = 0\n  register_ttl = 300\n}}\n"

    def child(self) -> Child:
        """The server as a part of the installation."""
        return Child(
            name="Janus",
            program=[str(self.binary), "-F", str(self.home)],
            ready=self.answers,
            version=version(self.binary),
            log=self.folder.path / "log/janus.log",
            account=self.folder.account,
            reach=[self.folder.path, self.folder.socket_folder(), self.binary, libraries(self.binary)],
            before=lambda: self.socket.unlink(missing_ok=True),
            stop_signal=signal.SIGTERM,
            start_s=20.0,
        )

    def answers(self) -> bool:
        """Whether somebody listens on its socket."""
        return is_heard(f"unix:{self.socket}")


def is_heard(url: str) -> bool:
    """Whether a media server listens at `unix:/path` or `ws://host:port`."""
    parts = urlsplit(url)
    family, place = (socket.AF_UNIX, parts.path) if parts.scheme == "unix" else (socket.AF_INET, (parts.hostname, parts.port or 80))
    with socket.socket(family) as probe:
        probe.settimeout(2)
        try:
            probe.connect(place)
        except OSError:
            return False
    return True


def rtp_ports() -> str:
    """The UDP ports of picture and sound."""
    return os.environ.get("PENDOPO_RTP_PORTS") or RTP_PORTS


def quoted(text: object) -> str:
    """A string of Janus's configuration language."""
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
