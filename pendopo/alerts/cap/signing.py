"""Signatures of warnings (XML-DSig, enveloped, RSA-SHA256, exclusive canonical XML): made with our own key, checked with known ones.

The signature stands last in the alert, where the schema of CAP allows it.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from .shape import SIGNATURE

KEY_BITS = 3072
KEY_DAYS = 5 * 365
# What is accepted of others: nothing weaker than what is made here, one reference to the whole alert.
EXPECTED = SignatureConfiguration(
    signature_methods=frozenset(
        {
            SignatureMethod.RSA_SHA256,
            SignatureMethod.RSA_SHA384,
            SignatureMethod.RSA_SHA512,
            SignatureMethod.ECDSA_SHA256,
            SignatureMethod.ECDSA_SHA384,
            SignatureMethod.ECDSA_SHA512,
        }
    ),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
    location="./",
)


def new_key(name: str, now: datetime) -> tuple[str, str]:
    """A private key and its certificate, both PEM. The certificate is signed by itself: who trusts it fetches it from this house."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + timedelta(days=KEY_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def signed(alert: etree._Element, key: str, certificate: str) -> bytes:
    """The alert with its signature, as the bytes that go out and are never laid out anew."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return bytes(etree.tostring(signer.sign(alert, key=key, cert=certificate), xml_declaration=True, encoding="UTF-8"))


def is_signed(alert: etree._Element) -> bool:
    """Whether the alert carries a signature at all."""
    return alert.find(f"{{{SIGNATURE}}}Signature") is not None


def holds(alert: etree._Element, certificates: Iterable[str]) -> bool:
    """Whether the signature of an alert is right and of one of these certificates (PEM)."""
    for certificate in certificates:
        try:
            XMLVerifier().verify(alert, x509_cert=certificate, expect_config=EXPECTED)
        except (SignXMLException, InvalidSignature, ValueError):
            continue
        return True
    return False
