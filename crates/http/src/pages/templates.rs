//! The templates, in the binary.

/// Every template with its name. Names end in `.html`, which makes minijinja escape what is
/// inserted.
pub(super) const ALL: [(&str, &str); 9] = [
    (
        "layout.html",
        include_str!("../../../../templates/layout.html"),
    ),
    (
        "login.html",
        include_str!("../../../../templates/login.html"),
    ),
    (
        "change_password.html",
        include_str!("../../../../templates/change_password.html"),
    ),
    (
        "consent.html",
        include_str!("../../../../templates/consent.html"),
    ),
    (
        "signed_in.html",
        include_str!("../../../../templates/signed_in.html"),
    ),
    (
        "logout.html",
        include_str!("../../../../templates/logout.html"),
    ),
    (
        "signed_out.html",
        include_str!("../../../../templates/signed_out.html"),
    ),
    (
        "form_post.html",
        include_str!("../../../../templates/form_post.html"),
    ),
    (
        "error.html",
        include_str!("../../../../templates/error.html"),
    ),
];
