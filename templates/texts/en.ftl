### Everything that people read on the pages, in English. docs/pages.md says how to change it or to
### add a language.

# The language's own name.
language-name = English

## Around every page

# For those who hear the page: what the links at its foot are.
layout-languages = Language
# In the browser's tab, when a form has to be corrected. $title: the page's own title.
layout-problem-title = Problem: { $title }

## Signing in

login-title = Sign in
# $client: the application that waits.
login-leads-to = to continue to { $client }
login-username = User name or e-mail address
login-password = Password
login-submit = Sign in
login-cancel = Cancel and return to { $client }
login-wrong = User name or password is wrong.
login-password-missing = Type your password.
login-password-too-long = This is too long to be a password.
login-throttled = There were too many failed attempts. Try again in { wait }.
login-busy = Very many people are signing in. Try again in { wait }.

## Choosing a new password

password-title = Choose a new password
password-why = Somebody else made the password that you have now. Before you go on, choose one that only you know.
password-account = Account
password-new = New password
# $minimum: the fewest characters.
password-hint = { $minimum ->
        [one] At least one character.
       *[other] At least { $minimum } characters.
    } A few words in a row are easy to remember and hard to guess.
password-repeat = The same once more
password-submit = Change the password
password-differs = The two passwords differ. Type the same one twice.
password-missing = Type a new password.
password-too-short = This password is too short. { $minimum ->
        [one] Use at least one character.
       *[other] Use at least { $minimum } characters.
    }
password-too-long = This password is too long. Use at most 1,024 bytes: that many letters, or fewer where they have accents.
password-character = The password holds a character that no password can hold.
password-unchanged = This is the password you have now. Choose another one.
password-holds-name = Leave your user name and e-mail address out of the password.

## Consent

# $client: who asks.
consent-title = { $client } asks for access
consent-signed-in = You are signed in as { $username }
consent-switch-account = Use another account
consent-services = The access is for { $services }
consent-required = { $client } will be able to
consent-optional = It would also like to
consent-optional-hint = Untick what you do not want to allow.
# $destination: an address such as https://app.example.com.
consent-destination = Your answer goes to { $destination }
consent-approve = Allow
consent-deny = Deny
consent-about = About { $client }
# These pages are whatever the application has registered.
consent-own-words = These pages are those of { $client }. Nobody here vouches for them.
consent-client-page = Its own page
consent-policy = Privacy policy
consent-terms = Terms of service

## Scopes: what an application asks for. A scope `notes:read` of your own is scope-notes_read here.

scope-openid = Know who you are
scope-profile = See your name and profile
scope-email = See your e-mail address
scope-offline_access = Stay connected while you are away
scope-admin_clients_read = See applications as an administrator
scope-admin_clients_write = Change applications as an administrator
scope-admin_scopes_read = See scopes as an administrator
scope-admin_scopes_write = Change scopes as an administrator
scope-admin_users_read = See users as an administrator
scope-admin_users_write = Change users as an administrator
scope-admin_system_read = See the server and its settings as an administrator
scope-admin_system_write = Change the server and its settings as an administrator
scope-admin_tokens_read = See tokens and grants as an administrator
scope-admin_tokens_write = Change tokens and grants as an administrator
scope-admin_keys_read = See signing keys as an administrator
scope-admin_keys_write = Change signing keys as an administrator
scope-admin_audit_read = See the audit trail as an administrator
scope-admin_audit_write = Change the audit trail as an administrator

## The way back to an application

form-post-title = Back to the application
form-post-text = You are being sent to { $destination }. If nothing happens, press the button.
form-post-submit = Continue

## Signed in and out

signed-in-title = You are signed in
signed-in-as = You are signed in as { $username }.
signed-in-text = Applications that use this service will not ask for your password again.
signed-in-account = Your sessions and applications
signed-in-sign-out = Sign out
logout-title = Sign out
# $client: the application that asks.
logout-asked-by = { $client } asks to sign you out
# $destination: an address such as app.example.com.
logout-destination = Afterwards you go on to { $destination }
logout-signed-in = You are signed in as { $username }.
logout-what-happens = Signing out ends your sessions with applications too, unless you let them work while you are away.
logout-signed-out = You are not signed in. Signing out makes sure that nothing is left in this browser.
logout-submit = Sign out
signed-out-title = You are signed out
signed-out-text = You can close this window.
signed-out-sign-in = Sign in again
signing-out-text = The applications that you used are signing you out as well.
# $destination: an address such as app.example.com.
signing-out-onward = You are being sent on to { $destination }. If nothing happens, press the button.
# For those who hear the page.
signing-out-frame = An application signs you out

## What has access in somebody's name

account-title = Your account
account-sessions = Where you are signed in
account-sessions-what = Ending a session signs you out there, and out of what you use there.
# $browser: such as Firefox. $system: such as Windows.
account-device = { $browser } on { $system }
account-device-browser = { $browser }
account-device-system = A browser on { $system }
account-device-unknown = An unknown browser
account-this = This browser
account-address = Address
account-signed-in = Signed in
account-last-used = Last used
account-end-session = Sign out
# For those who hear the page. $device: one of the above.
account-end-session-of = Sign out: { $device }
account-end-others = Sign out everywhere else
account-applications = Applications with access
account-applications-what = They may do this in your name, and get in again without asking you.
account-no-applications = No application has access in your name.
account-since = Since
account-offline = Works while you are away
account-end-application = Remove access
# For those who hear the page. $client: the application.
account-end-application-of = Remove access: { $client }
account-ended-session = That session has ended.
account-ended-others = You are signed out everywhere else.
account-ended-application = The application has no access any more.
account-sign-out = Sign out here

## The demonstration of embedded mode

demo-home-title = Authly is running
# $issuer: an address. $version: such as 0.1.0.
demo-home-what = This is an authorization server for trying out: { $issuer }, version { $version }.
# $code: a code such as access_denied.
demo-home-refused = The sign-in ended without tokens. The application was told: { $code }
demo-home-try = Try sign-in
demo-home-try-what = You sign in and allow what a small application asks for. Then you see the tokens that it gets, decoded and explained.
# $username: of the first administrator. $file: a path.
demo-home-password = Sign in as { $username }. The password for the first time is in the file { $file }; you then choose your own.
demo-home-account = Sign in as { $username }, or with any other account of this server.
demo-home-start = Try sign-in
demo-home-addresses = What applications find here
demo-home-metadata = The discovery document
demo-home-keys = The public keys
demo-home-health = The health of the server
demo-home-only-here = This page exists in embedded mode alone, and only for this machine.
demo-title = What the application got
# $scope: words such as openid profile.
demo-what = You allowed { $scope }. The application redeemed its code, checked the ID token, and holds what follows.
# $code: a code such as invalid_grant.
demo-refused = The token endpoint refused: { $code }
demo-revoked = The grant has ended, and with it all of its tokens. Ask by introspection, or try to refresh.
demo-active = Introspection says that the access token counts:
demo-inactive = Introspection says that the access token does not count any more:
demo-refreshed = { $count ->
        [one] Refreshed once: the access token and the refresh token are new, the ones before are spent.
       *[other] Refreshed { $count } times: the access token and the refresh token are new, the ones before are spent.
    }
demo-refresh = Refresh
demo-introspect = Introspect
demo-revoke = Revoke
demo-sign-out = Sign out
demo-header = Header
demo-claims = Claims
demo-raw = As it travels
demo-id-token = ID token
demo-id-token-what = For the application alone: who signed in, how and when. It opens nothing.
demo-access-token = Access token
demo-access-token-what = For an API: what its holder may do, for a few minutes. The API checks signature, issuer, audience, expiry and scope.
demo-refresh-token = Refresh token
demo-refresh-token-what = For the token endpoint alone: it gets the next access token, and is replaced at each use. It says nothing to anybody else.
demo-refresh-token-none = There is none: you did not allow the application to stay connected.

## Pages that say what is wrong: what it is called, what happened, and what to do next

error-next = What you can do
error-request-id = If you ask for help, give this number:

problem-unknown_client-title = This application is not known
problem-unknown_client-what = The application that sent you here is not registered, or was switched off.
problem-request_object-title = This application sent a request that cannot be taken
problem-request_object-what = The application signs what it asks for, and this request is not signed by it, or not in order. You were not sent back to it.
problem-redirect_uri-title = This application gave a wrong return address
problem-redirect_uri-what = The address to which the application asked to send you is not registered for it. You were not sent there.
problem-logout_way_back-title = This application gave a wrong return address
problem-logout_way_back-what = The address to which the application asked to send you after signing out is not registered for it. You were not sent there, and you are still signed in.
problem-request_unknown-title = This page has expired
problem-request_unknown-what = What you were asked here is over or was begun in another browser, or this browser keeps no cookies.
problem-already_answered-title = You have answered this already
problem-already_answered-what = Your answer has been passed on to the application. It counts once only.
problem-session_changed-title = Your login has changed
problem-session_changed-what = Since this page was made you have signed out, or signed in as somebody else.
problem-too_many_requests-title = Too many sign-ins are waiting
problem-too_many_requests-what = From your network too many sign-ins have been begun and not finished.
problem-no_longer_allowed-title = The application may not ask for this any more
problem-no_longer_allowed-what = Since you were sent here, something that the application asks for was taken from it.
problem-client_changing-title = This application is being changed
problem-client_changing-what = The registration of the application is being changed at this very moment.
problem-malformed-title = This address is damaged
problem-malformed-what = The address or the form holds something that cannot be read.
problem-too_large-title = This is too much at once
problem-too_large-what = The form is longer than what is accepted here.
problem-address_too_long-title = This address is too long
problem-address_too_long-what = The address holds more than what is accepted here.
problem-content_type-title = This form cannot be read
problem-content_type-what = The form was sent in a way that is not understood here.
problem-forged_form-title = This form could not be accepted
problem-forged_form-what = It was not sent by our own page, or this browser keeps no cookies, which are needed here.
problem-not_found-title = There is no such page
problem-not_found-what = Nothing is at this address.
problem-method_not_allowed-title = This does not work here
problem-method_not_allowed-what = The address was used in a way that it does not support.
problem-busy-title = Very many people are signing in
problem-busy-what = At the moment there is more to do than can be done at once.
problem-unavailable-title = The service is not available
problem-unavailable-what = Something that is needed to answer you cannot be reached at the moment.
problem-timed_out-title = This took too long
problem-timed_out-what = The answer was not ready in time.
problem-failed-title = Something went wrong here
problem-failed-what = This is a fault of the service, not yours. It has been written down.

next-start-again = Go back to the application and start signing in again.
next-tell-application = Go back to the application. If this happens again, tell the people who run it.
next-send-again = Go back, reload the page and send the form again. Allow cookies for this site if your browser blocks them.
next-later = Wait a moment, then try again.
next-start-later = Wait some minutes, then start again in the application.
next-send-less = Go back and send less.
next-check-address = Check the address, or go back to the application you came from.
next-tell-service = Try again. If it happens again, tell the people who run this service the number below.

## The reference of the admin API

api-title = Admin API
# $version: the server's version.
api-version = Version { $version }.
api-download = OpenAPI document
api-contents = Contents
api-documents = Documents
api-required = required
# $scope: the scope's name.
api-scope = Scope: { $scope }
api-any-token = Any access token for this server.
api-parameters = Parameters
api-body = Body
api-answer = Answer
# $statuses: numbers with commas between them.
api-refusals = Refusals ({ $statuses }):
api-problem = Problem

## How long ago something was. $unit: moments, minutes, hours or days; $count: how many.

ago = { $unit ->
        [moments] a moment ago
        [minutes] { $count ->
                [one] one minute ago
               *[other] { $count } minutes ago
            }
        [hours] { $count ->
                [one] one hour ago
               *[other] { $count } hours ago
            }
       *[days] { $count ->
                [one] one day ago
               *[other] { $count } days ago
            }
    }

## A span of time. $unit: seconds, minutes or hours; $count: how many.

wait = { $unit ->
        [seconds] { $count ->
                [one] one second
               *[other] { $count } seconds
            }
        [minutes] { $count ->
                [one] one minute
               *[other] { $count } minutes
            }
       *[hours] { $count ->
                [one] one hour
               *[other] { $count } hours
            }
    }
