"""Signs a PDF (PAdES baseline) with a PKCS#12 certificate: `python -m pendopo.meetings.papers.signing CERT.p12 < in > out`.

A program of its own, so that its libraries weigh on no other process. The first line of its input is the password, the rest the PDF.
"""

import sys
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

FIELD = "Pendopo"


def sign(body: bytes, certificate: str, password: bytes) -> bytes:
    """The signed PDF. Raises ValueError when the certificate cannot be opened."""
    signer = signers.SimpleSigner.load_pkcs12(certificate, passphrase=password or None)  # type: ignore[no-untyped-call]
    if signer is None:
        raise ValueError(f"{certificate} cannot be opened with this password")
    facts = signers.PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return bytes(signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(body)), facts, signer=signer).getvalue())


if __name__ == "__main__":
    secret, _newline, pdf = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(sign(pdf, sys.argv[1], secret))
