"""`python -m pendopo.collect.copying`: reads the configuration of one device over SSH (netmiko), in a process of its own.

What to do comes as JSON on standard input, so that no password stands in a process list; the configuration, or why there is none, goes
to standard output as JSON. A process of its own can be ended whatever a device does, and gives its memory back.
"""

import json
import sys
from typing import Any

from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadTimeout
from paramiko.ssh_exception import SSHException

# How each kind of device shows its configuration. The names are netmiko's.
COMMANDS = {
    "cisco_ios": "show running-config",
    "cisco_xe": "show running-config",
    "cisco_xr": "show running-config",
    "cisco_nxos": "show running-config",
    "cisco_asa": "show running-config",
    "arista_eos": "show running-config",
    "juniper_junos": "show configuration | display set",
    "mikrotik_routeros": "/export terse",
    "huawei_vrp": "display current-configuration",
    "hp_procurve": "show running-config",
    "aruba_aoscx": "show running-config",
    "fortinet": "show full-configuration",
    "ubiquiti_edgerouter": "show configuration commands",
    "vyos": "show configuration commands",
    "zte_zxros": "show running-config",
    "linux": "cat /etc/frr/frr.conf /etc/network/interfaces 2>/dev/null",
}
READ_S = 60.0
SHORTEST = 20


def copy(asked: dict[str, Any]) -> dict[str, str]:
    """`{"text": …}`, or `{"why": …}` in a few words."""
    command = asked.get("command") or COMMANDS.get(asked["platform"])
    if command is None:
        return {"why": f"is of the platform {asked['platform']}, which is not known here; known are {', '.join(COMMANDS)}"}
    try:
        with ConnectHandler(
            device_type=asked["platform"],
            host=asked["address"],
            port=asked["port"],
            username=asked["user"],
            password=asked.get("password", ""),
            use_keys=bool(asked.get("key")),
            key_file=asked.get("key") or None,
            secret=asked.get("enable", ""),
            conn_timeout=10,
            auth_timeout=15,
            banner_timeout=15,
            fast_cli=True,
        ) as line:
            if asked.get("enable"):
                line.enable()
            text = str(line.send_command(command, read_timeout=READ_S))
    except NetmikoAuthenticationException:
        return {"why": "refuses the sign-in by SSH"}
    except (NetmikoTimeoutException, ReadTimeout):
        return {"why": "does not answer by SSH in time"}
    except (SSHException, OSError, ValueError, EOFError) as problem:
        return {"why": f"cannot be read by SSH ({problem})"}
    if len(text.strip()) < SHORTEST:
        return {"why": f"answers “{command}” with next to nothing"}
    return {"text": text}


if __name__ == "__main__":
    json.dump(copy(json.load(sys.stdin)), sys.stdout)
