### Alles, was Menschen auf den Seiten lesen, auf Deutsch.

language-name = Deutsch

## Um jede Seite herum

layout-languages = Sprache
layout-problem-title = Problem: { $title }

## Anmelden

login-title = Anmelden
login-leads-to = um mit { $client } fortzufahren
login-username = Benutzername oder E-Mail-Adresse
login-password = Passwort
login-submit = Anmelden
login-cancel = Abbrechen und zurück zu { $client }
login-wrong = Benutzername oder Passwort ist falsch.
login-password-missing = Geben Sie Ihr Passwort ein.
login-password-too-long = Das ist zu lang für ein Passwort.
login-throttled = Es gab zu viele fehlgeschlagene Versuche. Bitte versuchen Sie es in { wait } noch einmal.
login-busy = Gerade melden sich sehr viele Menschen an. Bitte versuchen Sie es in { wait } noch einmal.

## Ein neues Passwort wählen

password-title = Wählen Sie ein neues Passwort
password-why = Ihr jetziges Passwort hat jemand anderes festgelegt. Bevor es weitergeht, wählen Sie bitte eines, das nur Sie kennen.
password-account = Konto
password-new = Neues Passwort
password-hint = { $minimum ->
        [one] Mindestens ein Zeichen.
       *[other] Mindestens { $minimum } Zeichen.
    } Mehrere Wörter hintereinander kann man sich gut merken, und sie sind schwer zu erraten.
password-repeat = Dasselbe noch einmal
password-submit = Passwort ändern
password-differs = Die beiden Passwörter unterscheiden sich. Geben Sie zweimal dasselbe ein.
password-missing = Geben Sie ein neues Passwort ein.
password-too-short = Dieses Passwort ist zu kurz. { $minimum ->
        [one] Verwenden Sie mindestens ein Zeichen.
       *[other] Verwenden Sie mindestens { $minimum } Zeichen.
    }
password-too-long = Dieses Passwort ist zu lang. Es darf höchstens 1.024 Byte haben: ebenso viele Buchstaben, bei Umlauten weniger.
password-character = Das Passwort enthält ein Zeichen, das in keinem Passwort stehen kann.
password-unchanged = Das ist Ihr jetziges Passwort. Wählen Sie ein anderes.
password-holds-name = Ihr Benutzername und Ihre E-Mail-Adresse dürfen im Passwort nicht vorkommen.

## Zustimmung

consent-title = { $client } bittet um Zugriff
consent-signed-in = Sie sind angemeldet als { $username }
consent-switch-account = Anderes Konto verwenden
consent-services = Der Zugriff gilt für { $services }
consent-required = { $client } darf dann
consent-optional = Außerdem möchte die Anwendung
consent-optional-hint = Entfernen Sie das Häkchen bei allem, was Sie nicht erlauben möchten.
consent-destination = Ihre Antwort geht an { $destination }
consent-approve = Erlauben
consent-deny = Ablehnen
consent-about = Über { $client }
consent-own-words = Diese Seiten gehören zu { $client }. Hier bürgt niemand für sie.
consent-client-page = Website der Anwendung
consent-policy = Datenschutzerklärung
consent-terms = Nutzungsbedingungen

## Berechtigungen: worum eine Anwendung bittet.

scope-openid = Ihre Identität erfahren
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-offline_access = In Ihrem Auftrag arbeiten, auch wenn Sie nicht da sind
scope-admin_clients_read = Anwendungen sehen (Verwaltung)
scope-admin_clients_write = Anwendungen ändern (Verwaltung)
scope-admin_scopes_read = Berechtigungen sehen (Verwaltung)
scope-admin_scopes_write = Berechtigungen ändern (Verwaltung)
scope-admin_users_read = Benutzer sehen (Verwaltung)
scope-admin_users_write = Benutzer ändern (Verwaltung)
scope-admin_system_read = Den Server und seine Einstellungen sehen (Verwaltung)
scope-admin_system_write = Den Server und seine Einstellungen ändern (Verwaltung)
scope-admin_tokens_read = Token und erteilte Zugriffe sehen (Verwaltung)
scope-admin_tokens_write = Token und erteilte Zugriffe ändern (Verwaltung)
scope-admin_keys_read = Signaturschlüssel sehen (Verwaltung)
scope-admin_keys_write = Signaturschlüssel ändern (Verwaltung)
scope-admin_audit_read = Das Prüfprotokoll sehen (Verwaltung)
scope-admin_audit_write = Das Prüfprotokoll ändern (Verwaltung)

## Zurück zur Anwendung

form-post-title = Zurück zur Anwendung
form-post-text = Sie werden zu { $destination } weitergeleitet. Wenn nichts geschieht, drücken Sie auf die Schaltfläche.
form-post-submit = Weiter

## Angemeldet und abgemeldet

signed-in-title = Sie sind angemeldet
signed-in-as = Sie sind angemeldet als { $username }.
signed-in-text = Anwendungen, die diesen Dienst nutzen, fragen nicht noch einmal nach Ihrem Passwort.
signed-in-account = Ihre Sitzungen und Anwendungen
signed-in-sign-out = Abmelden
logout-title = Abmelden
logout-asked-by = { $client } möchte Sie abmelden
logout-destination = Danach geht es weiter zu { $destination }
logout-signed-in = Sie sind angemeldet als { $username }.
logout-what-happens = Mit der Abmeldung enden auch Ihre Sitzungen bei Anwendungen, außer bei denen, die in Ihrer Abwesenheit arbeiten dürfen.
logout-signed-out = Sie sind nicht angemeldet. Die Abmeldung stellt sicher, dass in diesem Browser nichts zurückbleibt.
logout-submit = Abmelden
signed-out-title = Sie sind abgemeldet
signed-out-text = Sie können dieses Fenster schließen.
signed-out-sign-in = Wieder anmelden
signing-out-text = Die Anwendungen, die Sie benutzt haben, melden Sie ebenfalls ab.
signing-out-onward = Sie werden zu { $destination } weitergeleitet. Wenn nichts geschieht, drücken Sie den Knopf.
signing-out-frame = Eine Anwendung meldet Sie ab

## Was Zugriff im Namen von jemandem hat

account-title = Ihr Konto
account-sessions = Wo Sie angemeldet sind
account-sessions-what = Wenn Sie eine Sitzung beenden, sind Sie dort abgemeldet, auch bei dem, was Sie dort benutzen.
account-device = { $browser } unter { $system }
account-device-browser = { $browser }
account-device-system = Ein Browser unter { $system }
account-device-unknown = Ein unbekannter Browser
account-this = Dieser Browser
account-address = Adresse
account-signed-in = Angemeldet
account-last-used = Zuletzt benutzt
account-end-session = Abmelden
account-end-session-of = Abmelden: { $device }
account-end-others = Überall sonst abmelden
account-applications = Anwendungen mit Zugriff
account-applications-what = Sie dürfen dies in Ihrem Namen und kommen wieder herein, ohne Sie zu fragen.
account-no-applications = Keine Anwendung hat Zugriff in Ihrem Namen.
account-since = Seit
account-offline = Arbeitet auch in Ihrer Abwesenheit
account-end-application = Zugriff entziehen
account-end-application-of = Zugriff entziehen: { $client }
account-ended-session = Diese Sitzung ist beendet.
account-ended-others = Sie sind überall sonst abgemeldet.
account-ended-application = Die Anwendung hat keinen Zugriff mehr.
account-sign-out = Hier abmelden

## Die Vorführung im eingebetteten Betrieb

demo-home-title = Authly läuft
demo-home-what = Dies ist ein Autorisierungsserver zum Ausprobieren: { $issuer }, Version { $version }.
demo-home-refused = Die Anmeldung endete ohne Token. Der Anwendung wurde mitgeteilt: { $code }
demo-home-try = Anmeldung ausprobieren
demo-home-try-what = Sie melden sich an und erlauben, worum eine kleine Anwendung bittet. Danach sehen Sie die Token, die sie bekommt, lesbar gemacht und erklärt.
demo-home-password = Melden Sie sich als { $username } an. Das Passwort für das erste Mal steht in der Datei { $file }; danach wählen Sie Ihr eigenes.
demo-home-account = Melden Sie sich als { $username } an oder mit einem anderen Konto dieses Servers.
demo-home-start = Anmeldung ausprobieren
demo-home-addresses = Was Anwendungen hier finden
demo-home-metadata = Das Discovery-Dokument
demo-home-keys = Die öffentlichen Schlüssel
demo-home-health = Der Zustand des Servers
demo-home-only-here = Diese Seite gibt es nur im eingebetteten Betrieb und nur für diesen Rechner.
demo-title = Was die Anwendung bekommen hat
demo-what = Sie haben { $scope } erlaubt. Die Anwendung hat ihren Code eingelöst, das ID-Token geprüft und besitzt nun Folgendes.
demo-refused = Der Token-Endpunkt hat abgelehnt: { $code }
demo-revoked = Die Erlaubnis ist beendet und mit ihr alle ihre Token. Fragen Sie nach, was der Server davon weiß, oder versuchen Sie zu erneuern.
demo-active = Der Server sagt auf Nachfrage, dass das Access-Token gilt:
demo-inactive = Der Server sagt auf Nachfrage, dass das Access-Token nicht mehr gilt:
demo-refreshed = { $count ->
        [one] Einmal erneuert: Access-Token und Refresh-Token sind neu, die vorigen verbraucht.
       *[other] { $count }-mal erneuert: Access-Token und Refresh-Token sind neu, die vorigen verbraucht.
    }
demo-refresh = Erneuern
demo-introspect = Nachfragen
demo-revoke = Widerrufen
demo-sign-out = Abmelden
demo-header = Kopf
demo-claims = Angaben
demo-raw = So wird es übertragen
demo-id-token = ID-Token
demo-id-token-what = Nur für die Anwendung: wer sich angemeldet hat, wie und wann. Es öffnet nichts.
demo-access-token = Access-Token
demo-access-token-what = Für eine API: was sein Besitzer einige Minuten lang darf. Die API prüft Signatur, Aussteller, Empfänger, Ablauf und Scope.
demo-refresh-token = Refresh-Token
demo-refresh-token-what = Nur für den Token-Endpunkt: Es holt das nächste Access-Token und wird bei jedem Gebrauch ersetzt. Sonst sagt es niemandem etwas.
demo-refresh-token-none = Es gibt keines: Sie haben der Anwendung nicht erlaubt, verbunden zu bleiben.

## Seiten, die sagen, was nicht stimmt

error-next = Was Sie tun können
error-request-id = Wenn Sie um Hilfe bitten, geben Sie diese Nummer an:

problem-unknown_client-title = Diese Anwendung ist nicht bekannt
problem-unknown_client-what = Die Anwendung, von der Sie kommen, ist nicht registriert oder wurde abgeschaltet.
problem-request_object-title = Die Anfrage dieser Anwendung ist nicht annehmbar
problem-request_object-what = Die Anwendung unterschreibt, was sie verlangt, und diese Anfrage ist nicht von ihr unterschrieben oder nicht in Ordnung. Sie wurden nicht zu ihr zurückgeleitet.
problem-redirect_uri-title = Diese Anwendung hat eine falsche Rücksprungadresse angegeben
problem-redirect_uri-what = Die Adresse, zu der die Anwendung Sie leiten wollte, ist für sie nicht registriert. Sie wurden nicht dorthin geleitet.
problem-logout_way_back-title = Diese Anwendung hat eine falsche Rücksprungadresse angegeben
problem-logout_way_back-what = Die Adresse, zu der die Anwendung Sie nach der Abmeldung leiten wollte, ist für sie nicht registriert. Sie wurden nicht dorthin geleitet und sind weiterhin angemeldet.
problem-request_unknown-title = Diese Seite ist abgelaufen
problem-request_unknown-what = Die Anfrage ist abgelaufen oder wurde in einem anderen Browser begonnen, oder dieser Browser speichert keine Cookies.
problem-already_answered-title = Sie haben bereits geantwortet
problem-already_answered-what = Ihre Antwort wurde an die Anwendung weitergegeben. Sie zählt nur einmal.
problem-session_changed-title = Ihre Anmeldung hat sich geändert
problem-session_changed-what = Seit dem Aufruf dieser Seite haben Sie sich abgemeldet oder mit einem anderen Konto angemeldet.
problem-too_many_requests-title = Zu viele Anmeldungen sind noch offen
problem-too_many_requests-what = Aus Ihrem Netz wurden zu viele Anmeldungen begonnen und nicht abgeschlossen.
problem-no_longer_allowed-title = Die Anwendung darf darum nicht mehr bitten
problem-no_longer_allowed-what = Etwas, worum die Anwendung bittet, wurde ihr inzwischen entzogen.
problem-client_changing-title = Diese Anwendung wird gerade geändert
problem-client_changing-what = Die Registrierung der Anwendung wird in diesem Augenblick geändert.
problem-malformed-title = Diese Adresse ist beschädigt
problem-malformed-what = Die Adresse oder das Formular enthält etwas, das nicht gelesen werden kann.
problem-too_large-title = Das ist zu viel auf einmal
problem-too_large-what = Das Formular ist länger als hier erlaubt.
problem-address_too_long-title = Diese Adresse ist zu lang
problem-address_too_long-what = Die Adresse enthält mehr, als hier angenommen wird.
problem-content_type-title = Dieses Formular kann nicht gelesen werden
problem-content_type-what = Das Formular wurde auf eine Weise gesendet, die hier nicht verstanden wird.
problem-forged_form-title = Dieses Formular wurde nicht angenommen
problem-forged_form-what = Es wurde nicht von unserer eigenen Seite gesendet, oder dieser Browser speichert keine Cookies, die hier nötig sind.
problem-not_found-title = Diese Seite gibt es nicht
problem-not_found-what = Unter dieser Adresse ist nichts zu finden.
problem-method_not_allowed-title = Das geht hier nicht
problem-method_not_allowed-what = Die Adresse wurde auf eine Weise benutzt, die sie nicht unterstützt.
problem-busy-title = Gerade melden sich sehr viele Menschen an
problem-busy-what = Im Augenblick ist mehr zu tun, als auf einmal zu schaffen ist.
problem-unavailable-title = Der Dienst ist nicht verfügbar
problem-unavailable-what = Etwas, das für die Antwort nötig ist, ist im Augenblick nicht erreichbar.
problem-timed_out-title = Das hat zu lange gedauert
problem-timed_out-what = Die Antwort war nicht rechtzeitig fertig.
problem-failed-title = Hier ist etwas schiefgegangen
problem-failed-what = Das ist ein Fehler des Dienstes, nicht Ihrer. Er wurde festgehalten.

next-start-again = Gehen Sie zurück zur Anwendung und beginnen Sie die Anmeldung von vorn.
next-tell-application = Gehen Sie zurück zur Anwendung. Wenn das wieder geschieht, wenden Sie sich an deren Betreiber.
next-send-again = Gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal. Erlauben Sie Cookies für diese Website, falls Ihr Browser sie blockiert.
next-later = Warten Sie einen Augenblick und versuchen Sie es dann noch einmal.
next-start-later = Warten Sie einige Minuten und beginnen Sie dann in der Anwendung von vorn.
next-send-less = Gehen Sie zurück und senden Sie weniger.
next-check-address = Prüfen Sie die Adresse, oder gehen Sie zurück zu der Anwendung, von der Sie kommen.
next-tell-service = Versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie den Betreibern dieses Dienstes die Nummer unten.

## Die Beschreibung der Admin-API

api-title = Admin-API
api-version = Version { $version }.
api-download = OpenAPI-Dokument
api-contents = Inhalt
api-documents = Dokumente
api-required = notwendig
api-scope = Scope: { $scope }
api-any-token = Jedes Access-Token für diesen Server.
api-parameters = Parameter
api-body = Anfrage
api-answer = Antwort
api-refusals = Ablehnungen ({ $statuses }):
api-problem = Problem

## Wie lange etwas her ist

ago = { $unit ->
        [moments] vor wenigen Augenblicken
        [minutes] { $count ->
                [one] vor einer Minute
               *[other] vor { $count } Minuten
            }
        [hours] { $count ->
                [one] vor einer Stunde
               *[other] vor { $count } Stunden
            }
       *[days] { $count ->
                [one] vor einem Tag
               *[other] vor { $count } Tagen
            }
    }

## Eine Zeitspanne, im Dativ: „in zwei Minuten“

wait = { $unit ->
        [seconds] { $count ->
                [one] einer Sekunde
               *[other] { $count } Sekunden
            }
        [minutes] { $count ->
                [one] einer Minute
               *[other] { $count } Minuten
            }
       *[hours] { $count ->
                [one] einer Stunde
               *[other] { $count } Stunden
            }
    }
