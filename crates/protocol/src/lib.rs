//! What travels between Authly and its callers: OAuth, OpenID Connect and health documents.
