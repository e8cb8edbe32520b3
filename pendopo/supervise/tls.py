"""Certificates for `pendopo up --tls`: an operator's own, or one signed by an authority made for this installation.

The authority's key never leaves `secrets/`. People install `/ca.crt` once on their devices; the server's certificate is renewed at a
start when it is old or the names have changed.
"""

import contextlib
import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .folder import DataFolder
from .refusal import Refusal

CA_DAYS, SERVER_DAYS, RENEW_DAYS = 3650, 397, 60


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: PrivateKeyTypes) -> str:
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, shape, serialization.NoEncryption()).decode()


def _authority(folder: DataFolder) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The installation's own certificate authority, made on first use."""
    key_file, certificate_file = folder.path / "secrets/ca.key", folder.path / "secrets/ca.crt"
    with contextlib.suppress(FileNotFoundError):
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        return loaded, x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = _name(f"Pendopo {socket.gethostname()} {now:%Y-%m-%d}")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    for place, text in ((key_file, _pem(key)), (certificate_file, certificate.public_bytes(serialization.Encoding.PEM).decode())):
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    return key, certificate


def own_names(host: str) -> list[str]:
    """Every name under which people may open this installation: the machine's, `--host`, PENDOPO_HOSTS, and its addresses when it
    listens on all of them."""
    given = [name for name in os.environ.get("PENDOPO_HOSTS", "").split(",") if name and name != "*"]
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname(), *given]
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return list(dict.fromkeys([*names, host]))
    found = [address.address for addresses in psutil.net_if_addrs().values() for address in addresses]
    return list(dict.fromkeys([*names, *(address for address in found if _is_address(address) and "%" not in address)]))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def names_for(host: str) -> list[x509.GeneralName]:
    """The same as a certificate says it."""
    return [x509.IPAddress(ipaddress.ip_address(text.strip("[]"))) if _is_address(text) else x509.DNSName(text) for text in own_names(host)]


def _still_good(place: Path, names: list[x509.GeneralName], issuer: x509.Name) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(place.read_bytes())
    except (OSError, ValueError):
        return False
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    late = certificate.not_valid_after_utc - datetime.now(UTC) < timedelta(days=RENEW_DAYS)
    return not late and set(found) == set(names) and certificate.issuer == issuer


def own_certificate(folder: DataFolder, host: str) -> tuple[Path, Path, Path]:
    """Certificate, key and the authority's certificate, where the web application may read them."""
    authority_key, authority = _authority(folder)
    place = _place(folder)
    certificate_file, key_file, ca_file = place / "server.crt", place / "server.key", place / "ca.crt"
    names = names_for(host)
    folder.write(ca_file, authority.public_bytes(serialization.Encoding.PEM).decode())
    if _still_good(certificate_file, names, authority.subject) and key_file.exists():
        return certificate_file, key_file, ca_file
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name("pendopo"))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=SERVER_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    folder.write(key_file, _pem(key))
    folder.write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM).decode())
    return certificate_file, key_file, ca_file


def given_certificate(folder: DataFolder, certificate: Path, key: Path) -> tuple[Path, Path]:
    """The operator's certificate and key, copied to where the web application may read them; the key as PKCS#8."""
    place = _place(folder)
    try:
        text = certificate.read_text(encoding="ascii")
        found = x509.load_pem_x509_certificate(text.encode())
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    except OSError as problem:
        raise Refusal(f"{problem.filename} cannot be read: {problem.strerror}. Name the files with --cert and --key.") from None
    except (ValueError, TypeError):
        raise Refusal(f"{certificate} and {key} must be a certificate and its key without a passphrase, both PEM.") from None
    if found.public_key() != loaded.public_key():
        raise Refusal(f"The key {key} does not belong to the certificate {certificate}.")
    folder.write(place / "given.crt", text)
    folder.write(place / "given.key", _pem(loaded))
    return place / "given.crt", place / "given.key"


def _place(folder: DataFolder) -> Path:
    place = folder.path.absolute() / "run/tls"
    place.mkdir(mode=0o700, exist_ok=True)
    folder.give(place)
    return place
