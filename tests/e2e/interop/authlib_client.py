# Signs a user in with Authlib (PyPI), and does with the tokens what a client does. Says `GO` and the
# address for the browser, reads the address that it comes back to, and says `DONE` and what it has seen.
import json
import os
import secrets
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oidc.core import CodeIDToken

# The test's server listens on the loopback address without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

client_id, secret, issuer, redirect_uri = sys.argv[1:]
server = requests.get(issuer + "/.well-known/openid-configuration").json()
session = OAuth2Session(
    client_id,
    secret,
    scope="openid profile email offline_access",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_basic",
)
verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
claims_wanted = json.dumps({"id_token": {"email": {"essential": True}}})
address, state = session.create_authorization_url(
    server["authorization_endpoint"],
    code_verifier=verifier,
    nonce=nonce,
    prompt="consent",
    max_age=600,
    claims=claims_wanted,
)
print("GO", address, flush=True)

back = sys.stdin.readline().strip()
token = session.fetch_token(
    server["token_endpoint"],
    authorization_response=back,
    state=state,
    code_verifier=verifier,
)
keys = JsonWebKey.import_key_set(requests.get(server["jwks_uri"]).json())
algorithms = JsonWebToken(server["id_token_signing_alg_values_supported"])
claims = algorithms.decode(
    token["id_token"],
    keys,
    claims_cls=CodeIDToken,
    claims_options={"iss": {"value": issuer}, "aud": {"value": client_id}},
    claims_params={
        "nonce": nonce,
        "client_id": client_id,
        "max_age": 600,
        "access_token": token["access_token"],
    },
)
claims.validate(leeway=30)
user = session.get(server["userinfo_endpoint"]).json()
assert user["sub"] == claims["sub"]
renewed = session.refresh_token(server["token_endpoint"])
introspection = server["introspection_endpoint"]
alive = session.introspect_token(introspection, token=renewed["access_token"]).json()
session.revoke_token(server["revocation_endpoint"], token=renewed["refresh_token"])
ended = session.introspect_token(introspection, token=renewed["access_token"]).json()
seen = {
    "id_token_email": claims["email"],
    "name": user["preferred_username"],
    "alive": alive["active"],
    "ended": ended["active"],
}
print("DONE", json.dumps(seen), flush=True)
