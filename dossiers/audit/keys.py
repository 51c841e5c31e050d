"""The instance's signing key (Ed25519): what it signs shows a later change to whoever kept a copy or the public key."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from flask import current_app

from dossiers import private


def signing_key() -> Ed25519PrivateKey:
    """The instance's signing key, made once and kept beside the database with access for its owner only."""
    path = Path(current_app.config["INSTANCE"]) / "checkpoint_key.pem"
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        private.create_once(path, pem)
    private.shut(path)
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def public_key() -> str:
    """The public key in 64 hex digits."""
    return signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(content: bytes) -> str:
    """A signature in 128 hex digits."""
    return signing_key().sign(content).hex()


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Whether the owner of a public key signed this content."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
