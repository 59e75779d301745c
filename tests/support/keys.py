"""Keys of machines, and the assertions that they sign (RFC 7523)."""
import base64
import json
import time
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return encoded(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


class Key:
    """One on P-256, or RSA of some size; it signs whatever it is given."""

    def __init__(self, bits=None):
        self.algorithm = "RS256" if bits else "ES256"
        self.private = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())

    @property
    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def private_pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()).decode()

    @property
    def jwk(self):
        numbers = self.private.public_key().public_numbers()
        if self.algorithm == "RS256":
            return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}

    @property
    def private_jwk(self):
        numbers = self.private.private_numbers()
        return self.jwk | {"d": number(numbers.private_value if self.algorithm == "ES256" else numbers.d)}

    def signature(self, text):
        if self.algorithm == "RS256":
            return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def signed(self, header, claims):
        text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{text}.{encoded(self.signature(text.encode()))}"

    def assertion(self, client, audience, header=None, **claims):
        """A good one, but for what is said otherwise; a claim of None is left out."""
        all_claims = {"iss": client, "sub": client, "aud": audience, "exp": int(time.time()) + 60, "jti": str(uuid.uuid4())}
        all_claims = {name: value for name, value in (all_claims | claims).items() if value is not None}
        return self.signed({"alg": self.algorithm} | (header or {}), all_claims)


def new_jwk():
    return Key().jwk
