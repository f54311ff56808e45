-- Clients that sign their users out in the browser itself (OpenID Connect Front-Channel Logout §2).
ALTER TABLE clients
    ADD COLUMN frontchannel_logout_uri              text,
    ADD COLUMN frontchannel_logout_session_required boolean NOT NULL DEFAULT false;
