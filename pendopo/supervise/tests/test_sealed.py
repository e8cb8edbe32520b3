"""A backup opens with its key only, and only whole and unchanged."""

import io
import os

import pytest

from pendopo.supervise.archive import ArchiveWriter, check, members
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.sealed import MAGIC, PIECE_BYTES, TAG_BYTES, SealedReader, SealedWriter, Secret

KEY = Secret("a-long-random-key-of-an-installation", False)
WORDS = Secret("correct horse battery staple", True)


def seal(data, secret=KEY):
    target = io.BytesIO()
    writer = SealedWriter(target, secret)
    for start in range(0, len(data), 700_000):
        writer.write(data[start : start + 700_000])
    writer.finish()
    return target.getvalue()


def unseal(sealed, *secrets):
    return io.BufferedReader(SealedReader(io.BytesIO(sealed), list(secrets), "b.pendopo")).read()


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
@pytest.mark.parametrize("secret", [KEY, WORDS])
def test_what_goes_in_comes_out(size, secret):
    data = os.urandom(size)
    sealed = seal(data, secret)
    assert unseal(sealed, WORDS, KEY) == data
    assert size < 100 or data[:50] not in sealed


def test_a_wrong_key_a_missing_key_and_another_file_are_refused():
    sealed = seal(b"secret figures")
    with pytest.raises(Refusal, match="key is wrong"):
        unseal(sealed, Secret("another", False))
    with pytest.raises(Refusal, match="name its file with --key"):
        unseal(sealed, WORDS)
    with pytest.raises(Refusal, match="PENDOPO_BACKUP_PASSPHRASE"):
        unseal(seal(b"x", WORDS), KEY)
    with pytest.raises(Refusal, match="not a backup"):
        unseal(b"PK\x03\x04 something else", KEY)


def pieces_begin(sealed):
    return sealed.index(b"\n", len(MAGIC)) + 1


def test_any_changed_byte_is_noticed():
    sealed = bytearray(seal(os.urandom(2 * PIECE_BYTES)))
    for place in (len(MAGIC) + 2, pieces_begin(sealed), pieces_begin(sealed) + PIECE_BYTES + 100, len(sealed) - 1):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(Refusal):
            unseal(bytes(broken), KEY)


def test_a_file_cut_off_at_a_piece_and_swapped_pieces_are_noticed():
    sealed = seal(os.urandom(3 * PIECE_BYTES))
    start, piece = pieces_begin(sealed), PIECE_BYTES + TAG_BYTES
    with pytest.raises(Refusal, match="cut off"):
        unseal(sealed[: start + 2 * piece], KEY)
    first, second, rest = sealed[start : start + piece], sealed[start + piece : start + 2 * piece], sealed[start + 2 * piece :]
    with pytest.raises(Refusal):
        unseal(sealed[:start] + second + first + rest, KEY)


def test_the_same_data_never_looks_the_same():
    assert seal(b"figures") != seal(b"figures")


def test_an_archive_lists_what_it_holds_and_a_file_with_a_strange_name_is_refused(tmp_path):
    (tmp_path / "files/ab").mkdir(parents=True)
    (tmp_path / "files/ab/one").write_bytes(b"1" * 5_000_000)
    place = tmp_path / "b.pendopo"
    with place.open("wb") as file:
        writer = ArchiveWriter(file, KEY, {"made": "now"})
        writer.add_dump(io.BytesIO(os.urandom(40_000_000)))
        writer.add_tree("files", tmp_path / "files")
        writer.finish()
    manifest = check(place, [KEY])
    assert manifest["made"] == "now"
    assert sorted(manifest["sha256"]) == ["database/000000", "database/000001", "database/000002", "files/ab/one"]
    with place.open("wb") as file:
        writer = ArchiveWriter(file, KEY, {})
        writer.add_bytes("../../etc/passwd", b"x")
        writer.finish()
    with pytest.raises(Refusal, match="no backup of Pendopo does"):
        list(members(place, [KEY]))
