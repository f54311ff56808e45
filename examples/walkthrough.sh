#!/bin/sh
# Asks a running Authly server by curl alone: discovery, a token by client credentials,
# introspection and revocation, as the client nightly-report of examples/seed.toml.
#
#   make run ARGS="--seed examples/seed.toml"    # in one terminal: the server
#   examples/walkthrough.sh                      # in another: the whole walk
#   examples/walkthrough.sh token                # prints an access token, and nothing else
#
# ISSUER names another server, CLIENT_ID and CLIENT_SECRET another client: one that may use
# client_credentials and authenticates by client_secret_post.
set -eu

ISSUER=${ISSUER:-http://localhost:8000}
CLIENT_ID=${CLIENT_ID:-nightly-report}
# The well-known secret of the seed file, for development alone.
CLIENT_SECRET=${CLIENT_SECRET:-development-only-secret-change-me-0002}

# Fetches what the arguments of curl say. Says what to do where nobody answers.
fetch() {
    curl --silent --show-error --max-time 10 "$@" && return
    echo "Is the server running at $ISSUER? Start it by: make run ARGS=\"--seed examples/seed.toml\"" >&2
    exit 1
}

# The text of a member of a flat JSON document. A program would use a JSON library.
member() {
    sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"
}

# A value as it stands in a form.
encoded() {
    printf '%s' "$1" | sed 's/%/%25/g; s/+/%2B/g; s/&/%26/g; s/=/%3D/g; s/ /%20/g'
}

# Posts a form with the client's credentials: $1 is where to, $2 the other parameters. The form
# comes by standard input, since every user of the machine can read command lines.
post() {
    printf 'client_id=%s&client_secret=%s&%s' \
        "$(encoded "$CLIENT_ID")" "$(encoded "$CLIENT_SECRET")" "$2" |
        fetch --data @- "$1"
}

step() {
    printf '\n== %s\n' "$1"
}

metadata=$(fetch "$ISSUER/.well-known/openid-configuration")
token_endpoint=$(printf '%s' "$metadata" | member token_endpoint)
introspection_endpoint=$(printf '%s' "$metadata" | member introspection_endpoint)
revocation_endpoint=$(printf '%s' "$metadata" | member revocation_endpoint)
if [ -z "$token_endpoint" ]; then
    echo "$ISSUER is not the issuer of an authorization server: it gives no metadata." >&2
    exit 1
fi

answer=$(post "$token_endpoint" 'grant_type=client_credentials&scope=notes:read')
token=$(printf '%s' "$answer" | member access_token)
if [ -z "$token" ]; then
    echo "No token was issued: $answer" >&2
    echo "Was the server started with --seed examples/seed.toml?" >&2
    exit 1
fi
if [ "${1:-}" = token ]; then
    echo "$token"
    exit
fi

step 'Discovery: where everything is (OpenID Connect Discovery, RFC 8414)'
echo "token          $token_endpoint"
echo "introspection  $introspection_endpoint"
echo "revocation     $revocation_endpoint"

step 'A token by client credentials (OAuth 2.1, section 4.2)'
echo "$answer"

step 'Introspection: what the server knows of it (RFC 7662)'
post "$introspection_endpoint" "token=$(encoded "$token")"
echo

step 'Revocation: it shall not work any more (RFC 7009)'
post "$revocation_endpoint" "token=$(encoded "$token")"
echo 'done'

step 'Introspection again'
after=$(post "$introspection_endpoint" "token=$(encoded "$token")")
echo "$after"
case $after in
    *'"active":false'*) printf '\nThat was the whole life of a token.\n' ;;
    *) echo 'The token should not be active any more.' >&2; exit 1 ;;
esac
