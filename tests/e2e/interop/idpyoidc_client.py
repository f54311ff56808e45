# Signs a user in with idpyoidc (PyPI), which proves itself by a key and signs its requests with it, and does
# with the tokens what a client does. Says `GO` and the address for the browser, reads the address that it
# comes back to, and says `DONE` and what it has seen.
import base64
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptojwt.jwk.ec import ECKey
from cryptojwt.key_jar import KeyJar
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.exception import ResponseError
from idpyoidc.client.oauth2.stand_alone_client import StandAloneClient

client_id, proof, issuer, redirect_uri = sys.argv[1:]
key = ECKey(use="sig", alg="ES256").load_key(load_der_private_key(base64.b64decode(proof), None))
keys = KeyJar()
keys.add_keys("", [key])
keys.add_keys(client_id, [key])
add_ons = "idpyoidc.client.oauth2.add_on."
services = "idpyoidc.client.oauth2."
client = StandAloneClient(
    client_type="oidc",
    keyjar=keys,
    services={
        **DEFAULT_OIDC_SERVICES,
        "introspection": {"class": services + "introspection.Introspection"},
        "token_revocation": {"class": services + "token_revocation.TokenRevocation"},
    },
    config={
        "client_id": client_id,
        "base_url": redirect_uri.removesuffix("/callback"),
        "redirect_uris": [redirect_uri],
        "provider_info": {"issuer": issuer},
        "client_authn_methods": ["private_key_jwt", "bearer_header"],
        "preference": {
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "request_object_signing_alg_values_supported": ["ES256"],
        },
        "add_ons": {
            "pkce": {
                "function": add_ons + "pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            },
            "jar": {
                "function": add_ons + "jar.add_support",
                "kwargs": {"request_object_signing_alg": "ES256"},
            },
        },
    },
)
client.do_provider_info()
client.do_client_registration()
asked = {
    "scope": ["openid", "profile", "email", "offline_access"],
    "prompt": "consent",
    "claims": {"id_token": {"email": {"essential": True}}},
}
print("GO", client.init_authorization(req_args=asked), flush=True)

back = sys.stdin.readline().strip()
seen = client.finalize(dict(parse_qsl(urlsplit(back).query)))
assert "error" not in seen, seen
renewed = client.refresh_access_token(seen["state"])
by_key = {"authn_method": "private_key_jwt", "algorithm": "ES256"}


def about(service, token):
    return client.do_request(service, request_args={"token": token}, **by_key)


alive = about("introspection", renewed["access_token"])
try:
    about("token_revocation", renewed["refresh_token"])
except ResponseError:
    # It stumbles over an empty answer (RFC 7009 §2.2). Whether it was heard is asked next.
    pass
ended = about("introspection", renewed["access_token"])
print("DONE", json.dumps({
    "id_token_email": seen["id_token"]["email"],
    "name": seen["userinfo"]["preferred_username"],
    "alive": alive["active"],
    "ended": ended["active"],
}), flush=True)
