"""`pendopo init`: an installation for one's own government, before it is started for the first time."""

import re
from collections.abc import Callable

from pendopo.regions import official

from .environment import product_environment
from .folder import DataFolder, FolderLock
from .postgres import own_server
from .refusal import Refusal
from .schema import prepare_schema

REGENCY_OR_PROVINCE = re.compile(r"\d\d(\.\d\d)?")


def first_run(folder: DataFolder, region: str, say: Callable[[str], None]) -> None:
    """Makes the folder, keeps the region, applies the schema and seeds the region table. Refuses what exists and an unknown code."""
    if not REGENCY_OR_PROVINCE.fullmatch(region) or not official.exists(region):
        raise Refusal(f"{region} is not the code of a province or regency. Kemendagri writes, for example, 35.07 for Kabupaten Malang.")
    if folder.kind() is not None:
        raise Refusal(f"{folder.path} holds an installation already. Name another folder with --data.")
    folder.prepare("real")
    lock = FolderLock(folder)
    lock.take_or_refuse()
    try:
        folder.keep_settings({"PENDOPO_REGION": region})
        with own_server(folder) as postgres:
            env = {**product_environment(folder, database_url=postgres.url, nats={}), "PENDOPO_REGION": region}
            prepared = prepare_schema(folder, env, postgres)
    finally:
        lock.release()
    say(f"An installation for {official.name_of(region)} ({region}) is in {folder.path}.")
    if prepared.sign_in:
        email, password = prepared.sign_in
        say(f"First sign-in (shown once): {email}  {password}")
    say(f"Start it: pendopo up --data {folder.path}. The page /setup leads through the first steps: agencies, people, figures, a board.")
