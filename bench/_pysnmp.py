"""pysnmp asking the same as the collector: `python bench/_pysnmp.py PORT DEVICES ROUNDS` prints CPU seconds a device and round."""

import asyncio
import sys
import time

from _agents import address
from pysnmp.hlapi.v3arch.asyncio import CommunityData, ContextData, ObjectIdentity, ObjectType, SnmpEngine, UdpTransportTarget, get_cmd

from pendopo.bus.messages import PollPort
from pendopo.collect.polling import questions

TOGETHER = 50


async def main() -> None:
    """Asks and prints."""
    port, devices, rounds = (int(word) for word in sys.argv[1:4])
    engine, public = SnmpEngine(), CommunityData("public", mpModel=1)
    groups = questions([PollPort(number=number, name=f"eth{number}") for number in range(1, 25)])
    targets = [await UdpTransportTarget.create((address(number), port), timeout=5, retries=1) for number in range(devices)]
    gate = asyncio.Semaphore(TOGETHER)

    async def ask(target: UdpTransportTarget) -> None:
        async with gate:
            for group in groups:
                wanted = [ObjectType(ObjectIdentity(oid)) for oid in group]
                problem, status, _index, told = await get_cmd(engine, public, target, ContextData(), *wanted, lookupMib=False)
                assert not problem and not status and len(told) == len(group), problem or status

    await ask(targets[0])
    begun = time.process_time()
    for _round in range(rounds):
        await asyncio.gather(*(ask(target) for target in targets))
    print((time.process_time() - begun) / devices / rounds)


if __name__ == "__main__":
    asyncio.run(main())
