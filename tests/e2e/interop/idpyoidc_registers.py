# Registers itself with idpyoidc (PyPI) by an initial access token, and signs a user in with a key in the
# place of a secret. Says `GO` and the address for the browser, reads the address that it comes back to, and
# says `DONE` and what it has seen.
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from cryptojwt.key_jar import build_keyjar
from idpyoidc.client.rp_handler import RPHandler

issuer, token, redirect_uri = sys.argv[1:]
keys = build_keyjar(
    [{"type": "RSA", "use": ["sig"]}, {"type": "EC", "crv": "P-256", "use": ["sig"]}]
)
config = {
    "issuer": issuer,
    "client_type": "oidc",
    "client_name": "A client of idpyoidc",
    "redirect_uris": [redirect_uri],
    "application_type": "native",
    "response_types": ["code"],
    "scope": ["openid"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "client_authn_methods": ["private_key_jwt", "bearer_header"],
    "add_ons": {
        "pkce": {
            "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
            "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
        }
    },
}
handler = RPHandler(
    base_url=redirect_uri.rsplit("/", 1)[0],
    client_configs={issuer: config},
    keyjar=keys,
)
public = {"jwks": keys.export_jwks()}
client = handler.init_client(issuer)
client.do_provider_info()
registered = client.do_request(
    "registration", authn_method="bearer_header", access_token=token, request_args=public
)
assert "error" not in registered, registered
# The library puts the name that was configured into its assertions, not the registered one.
client.client_id = registered["client_id"]
handler.issuer2rp[issuer] = client
print("GO", client.init_authorization(), flush=True)

back = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
answer = handler.finalize(issuer, back)
assert "error" not in answer, answer
seen = {
    "method": registered["token_endpoint_auth_method"],
    "has_secret": "client_secret" in registered,
    "same_user": answer["id_token"]["sub"] == answer["userinfo"]["sub"],
}
print("DONE", json.dumps(seen), flush=True)
