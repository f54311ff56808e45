//! The HTTP face of Authly: endpoints, pages and their errors, on actix-web.
