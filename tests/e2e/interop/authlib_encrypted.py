# Has ID tokens and answers of UserInfo encrypted to it in every way that the server names, and decrypts
# them with Authlib (PyPI); signs its requests, and encrypts them in every way that the server opens. Says
# `CLIENTS` and what is to be registered, reads the issuer, says `GO` and an address for the browser and reads
# where that leads, once for each client, and at last `DONE`.
#
# Authlib leaves out the zeros that a coordinate begins with, against RFC 7518 §6.2.1.2, and the server takes
# no such key. One in 128 is such a key: another is made in its place (`whole`).
import json
import os
import secrets
import sys
import time
from base64 import urlsafe_b64decode
from urllib.parse import parse_qsl, urlencode

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import (
    ECKey,
    JsonWebEncryption,
    JsonWebKey,
    JsonWebToken,
    OKPKey,
    RSAKey,
)

# The test's server listens on the loopback address without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

redirect_uri = sys.argv[1]


def whole(make, jwk_of):
    """The first thing made whose key has coordinates in full length."""
    while True:
        made = make()
        jwk = jwk_of(made)
        if len(jwk["x"]) == len(jwk["y"]) == 43:
            return made


def p256():
    make = lambda: ECKey.generate_key("P-256", is_private=True)
    return whole(make, lambda key: key.as_dict(is_private=False))


def epk(token):
    """The key that Authlib has made for an encrypted token."""
    header = token.split(".")[0]
    return json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["epk"]


algs = ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]
encs = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"]
private = {
    "rsa": RSAKey.generate_key(2048, is_private=True),
    "p256": p256(),
    "x25519": OKPKey.generate_key("X25519", is_private=True),
    "signs": p256(),
}


def public(kid, use="enc"):
    key = private[kid].as_dict(is_private=False)
    key.update({"kid": kid, "use": use})
    return key


clients = []
for number, (alg, enc) in enumerate((alg, enc) for alg in algs for enc in encs):
    curve = ["p256", "x25519"][number % 2]
    client = {
        "client_id": f"client-{number}",
        "client_secret": secrets.token_urlsafe(48),
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile",
        "require_consent": False,
        "jwks": {"keys": [public("rsa"), public(curve), public("signs", "sig")]},
        "require_signed_request_object": True,
        "id_token_signed_response_alg": "ES256",
        "id_token_encrypted_response_alg": alg,
        "id_token_encrypted_response_enc": enc,
        "userinfo_encrypted_response_alg": alg,
        "userinfo_encrypted_response_enc": enc,
    }
    if number % 2:
        client["userinfo_signed_response_alg"] = "ES256"
    clients.append(client)
print("CLIENTS", json.dumps(clients), flush=True)

issuer = sys.stdin.readline().strip()
server = requests.get(issuer + "/.well-known/openid-configuration").json()
for what in ["id_token", "userinfo"]:
    assert server[what + "_encryption_alg_values_supported"] == algs
    assert server[what + "_encryption_enc_values_supported"] == encs
published = requests.get(server["jwks_uri"]).json()
keys = JsonWebKey.import_key_set(published)
(to_server,) = [key for key in published["keys"] if key["use"] == "enc"]
ways = [
    (alg, enc)
    for alg in server["request_object_encryption_alg_values_supported"]
    for enc in server["request_object_encryption_enc_values_supported"]
]
assert len(ways) == 6


def sealed(client_id, address, way):
    """The address of a request, with all that it asks for signed and then encrypted."""
    place, query = address.split("?", 1)
    asked = dict(parse_qsl(query))
    asked.update({"iss": client_id, "aud": issuer, "exp": int(time.time()) + 60})
    signed = JsonWebToken(["ES256"]).encode({"alg": "ES256"}, asked, private["signs"])
    header = {"alg": way[0], "enc": way[1], "kid": to_server["kid"], "cty": "JWT"}
    key = ECKey.import_key(to_server)
    seal = lambda: JsonWebEncryption().serialize_compact(header, signed, key).decode()
    request = whole(seal, epk)
    return place + "?" + urlencode({"client_id": client_id, "request": request})


def decrypted(client, what, token):
    """The content of a token that is encrypted to a client, and whether it is a token itself."""
    kid = "rsa" if "RSA" in client[what + "_encrypted_response_alg"] else None
    kid = kid or client["jwks"]["keys"][1]["kid"]
    opened = JsonWebEncryption().deserialize_compact(token, private[kid])
    header = opened["header"]
    assert header["alg"] == client[what + "_encrypted_response_alg"]
    assert header["enc"] == client[what + "_encrypted_response_enc"]
    assert header["kid"] == kid
    return opened["payload"], header.get("cty") == "JWT"


def verified(token):
    return dict(JsonWebToken(["ES256"]).decode(token, keys))


for number, client in enumerate(clients):
    session = OAuth2Session(
        client["client_id"],
        client["client_secret"],
        scope=client["scope"],
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    address, state = session.create_authorization_url(
        server["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    print("GO", sealed(client["client_id"], address, ways[number % 6]), flush=True)
    back = sys.stdin.readline().strip()
    token = session.fetch_token(
        server["token_endpoint"],
        authorization_response=back,
        state=state,
        code_verifier=verifier,
    )
    content, is_token = decrypted(client, "id_token", token["id_token"])
    assert is_token
    claims = verified(content)
    assert claims["nonce"] == nonce and claims["aud"] == client["client_id"]

    answer = session.get(server["userinfo_endpoint"])
    assert answer.headers["content-type"] == "application/jwt"
    content, is_token = decrypted(client, "userinfo", answer.text)
    assert is_token == ("userinfo_signed_response_alg" in client)
    user = verified(content) if is_token else json.loads(content)
    assert user["iss"] == issuer and user["aud"] == client["client_id"]
    assert user["sub"] == claims["sub"] and user["preferred_username"] == "alice"

    renewed = session.refresh_token(server["token_endpoint"])
    content, is_token = decrypted(client, "id_token", renewed["id_token"])
    assert is_token and verified(content)["sub"] == claims["sub"]
print("DONE", len(clients), flush=True)
