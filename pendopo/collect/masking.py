"""Takes the secrets out of a device's configuration before it leaves the site. Pure."""

import re

MASK = "<hidden>"
# What follows these words is secret, in the dialects of Cisco, Juniper, MikroTik, FortiOS, Linux and their kin.
RULES: tuple["re.Pattern[str]", ...] = tuple(
    re.compile(pattern, re.I | re.M)
    for pattern in (
        r"(\b(?:password|passwd|passphrase|secret|pre-?shared-?key|psk|wpa2?-pre-shared-key|encrypted-password|private-key|psksecret)"
        r"(?:\s*[=:]\s*|\s+(?:(?:0|5|6|7|8|9|ENC|sha512|md5|cipher)\s+)?))(\"[^\"]*\"|'[^']*'|[^\s\"';]+)",
        r"(\bsnmp-server community\s+)(\S+)",
        r"(\bcommunity\s+)(\"[^\"]*\"|[^\s;{]+)(?=\s*(?:;|\{|ro\b|rw\b|authorization\b))",
        r"(\b(?:authentication|encryption|privacy|auth|priv)-(?:password|key)\s*[= ]\s*(?:\"?\$\d\$)?)(\"[^\"]*\"|[^\s;]+)",
        r"(\b(?:tacacs|radius)(?:-server)?\s+(?:host\s+\S+\s+)?key\s+(?:[07]\s+)?)(\S+)",
        r"(\bkey-string\s+(?:[07]\s+)?)(\S+)",
        r"(\bmd5\s+(?:[07]\s+)?)(\S+)",
        r"(\bset community\s+name=)(\S+)",
        r"(\bro(?:user|community)6?\s+)(\S+)",
        r"(\$(?:1|2[aby]|5|6|8|9|y)\$)([./A-Za-z0-9$=,-]{8,})",
    )
)
BLOCK = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----)", re.S)


def masked(text: str) -> str:
    """The configuration with every secret replaced. What changes only in a secret is no change of it."""
    text = BLOCK.sub(rf"\1\n{MASK}\n\2", text)
    for rule in RULES:
        text = rule.sub(lambda found: found[1] + (found[2] if found[2].strip("\"'") in ("", MASK) else MASK), text)
    return text


# Lines that differ at every look although nothing changed.
CHANGING = re.compile(
    r"^(?:! Last configuration change at .*|! NVRAM config last updated .*|! Time:.*|Building configuration\.\.\..*"
    r"|Current configuration ?: \d+ bytes|ntp clock-period \d+|## Last (?:commit|changed): .*"
    r"|# (?:\w{3}/\d\d/\d{4}|\d{4}-\d\d-\d\d) .* by RouterOS.*|#conf_file_ver=.*)$",
    re.M,
)


def settled(text: str) -> str:
    """The configuration with line ends of one kind, without what changes by itself and without blanks at ends."""
    lines = CHANGING.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"
