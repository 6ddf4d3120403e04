# Jeder Text, den Menschen lesen, auf Deutsch. Schlüssel und Argumente wie in en.ftl; ein Test vergleicht sie.
#
# Ton: schlicht, Anrede mit Sie, Gegenwart. Was ist geschehen, was bleibt sicher, was ist zu tun.
# OfficeRnD beschriftet seine Knöpfe englisch: Connect, Configure, Settings, Integrations bleiben, wie sie dort stehen.

## Rahmen

skip-link = Zum Hauptinhalt springen
page-title = { $page } – { $integration }
your-organization = Ihre Organisation
in-officernd = in OfficeRnD
return-to-officernd = Zurück nach OfficeRnD
back-to-officernd = Zurück nach OfficeRnD
go-to-officernd = OfficeRnD öffnen
what-to-do = Was zu tun ist
ask-again = Nach einem zweiten Versuch immer noch hier? Nennen Sie dem Support von { $integration } diese Nummer: <strong>{ $reference }</strong>
ask-with-reference = Nummer für den Support: <strong>{ $reference }</strong>
ask-for-help = Um Hilfe bitten
ask-a-question = Eine Frage stellen
ask-at-last = Hilft das nicht? Dann fragen Sie den Support von { $integration }:

## Listen, Daten

list-next = { $head }, { $next }
list-and = { $head } und { $last }
list-or = { $head } oder { $last }

date = { $day }. { $month } { $year }
date-and-time = { $day }. { $month } { $year }, { $time } Uhr
date-and-time-with-zone = { $day }. { $month } { $year }, { $time } Uhr ({ $zone })
moment = { $weekday }, { $day }. { $month } { $year }, { $time } Uhr ({ $zone })
date-unknown = ein unbekannter Tag
times-in-zone = Zeiten gelten in { $zone }.
month = { $number ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    }
weekday = { $number ->
        [1] Montag
        [2] Dienstag
        [3] Mittwoch
        [4] Donnerstag
        [5] Freitag
        [6] Samstag
       *[7] Sonntag
    }

## Die neun Zustände

state-connected = Verbunden
    .heading = { $integration } ist verbunden
    .meaning = Beide Seiten arbeiten
    .act = Sie müssen nichts tun.
    .healthcheck = { $integration } ist verbunden.
state-finish-set-up = Einrichtung offen
    .heading = Schließen Sie die Einrichtung von { $integration } ab
    .meaning = OfficeRnD ist verbunden, { $integration } ist noch nicht bereit
    .act = Sie sind dran: Schließen Sie die Einrichtung ab. Bis dahin wartet die Verbindung, und nichts geht verloren.
    .healthcheck = Öffnen Sie Configure und schließen Sie die Einrichtung von { $integration } ab.
open-step-healthcheck = Öffnen Sie Configure und schließen Sie die Einrichtung von { $integration } ab. Nächster Schritt: { $step }.
state-reconnect = Neu verbinden
    .heading = Verbinden Sie { $integration } neu
    .meaning = OfficeRnD nimmt unsere Anmeldung nicht mehr an
    .act = Sie sind dran: Wählen Sie in OfficeRnD noch einmal Connect. Einstellungen und Verlauf bleiben.
    .healthcheck = OfficeRnD nimmt unsere Anmeldung nicht mehr an{ $dated ->
        [yes] { " " }(seit { $since })
       *[no] { "" }
    }. Wählen Sie in OfficeRnD noch einmal Connect.
state-delayed = Verspätet
    .heading = { $integration } ist im Rückstand
    .meaning = Die Anmeldung gilt, aber der letzte gute Lauf ist älter, als er sein sollte
    .act = Sie müssen nichts tun. { $integration } holt von selbst auf.
    .healthcheck = { $integration } ist im Rückstand. Die Anmeldung gilt; der Rückstand wird von selbst aufgeholt.
state-some-locations = Einige Standorte
    .heading = An einigen Standorten von { $integration } ist etwas zu tun
    .meaning = An einigen Standorten gibt es Schwierigkeiten, an den anderen nicht
    .act = Öffnen Sie einen Standort, um zu sehen, welche seiner Einstellungen zu berichtigen sind.
    .healthcheck = { $integration } hat an diesen Standorten Schwierigkeiten. Öffnen Sie Configure, um zu sehen, was zu tun ist.
state-paused = Von Ihnen angehalten
    .heading = Sie haben { $integration } angehalten
    .meaning = Der Abgleich wurde in OfficeRnD ausgeschaltet. Die Anmeldung bleibt
    .act = Schalten Sie den Abgleich in OfficeRnD ein, wenn es weitergehen soll.
    .healthcheck = Sie haben { $integration } angehalten. Schalten Sie den Abgleich in OfficeRnD ein, wenn es weitergehen soll.
state-paused-by-partner =
    .heading = { $integration } ist angehalten
    .meaning = Das Team von { $integration } hat es angehalten. Die Anmeldung bleibt erhalten
    .act = Für Sie ist nichts zu tun. Fragen Sie den Support von { $integration }, wenn Sie nicht damit gerechnet haben.
state-waiting-for-approval = Wartet auf Freigabe
    .heading = { $integration } wartet auf Ihre Freigabe
    .meaning = Der letzte Lauf würde mehr entfernen, als Ihre Grenze erlaubt, darum hielt er an
    .act = Sie sind dran: Nichts geschieht, bevor Sie die Liste angesehen haben.
    .healthcheck = Der letzte Lauf von { $integration } würde mehr entfernen, als Ihre Grenze erlaubt. Öffnen Sie Configure und sehen Sie die Liste an.
state-vendor-outage = Störung beim Anbieter
    .heading = { $integration } antwortet nicht
    .meaning = { $integration } hat Schwierigkeiten bei vielen Organisationen, nicht nur bei Ihrer
    .act = Sie müssen nichts tun. Änderungen warten und werden gesendet, sobald es wieder antwortet.
    .healthcheck = { $integration } antwortet nicht{ $dated ->
        [yes] { " " }seit { $since }
       *[no] { "" }
    }. Sie müssen nichts tun; Änderungen warten und werden gesendet, sobald es wieder antwortet.
state-disconnected = Getrennt
    .heading = { $integration } ist getrennt
    .healthcheck = { $integration } ist getrennt.{ $kept ->
        [yes] { " " }Einstellungen und Verlauf bleiben bis { $until }.
       *[no] { "" }
    } Um es wieder zu nutzen, wählen Sie in OfficeRnD Connect.

## Signierte Aufrufe und API

signed-refused = Dieser Aufruf ist nicht so signiert, wie er sein muss, oder zu alt. Öffnen Sie die Integration in OfficeRnD noch einmal; hilft das nicht, geht vielleicht eine Uhr falsch.
sync-disconnected = { $integration } ist getrennt. Wählen Sie in OfficeRnD Connect und schalten Sie dann den Abgleich.
sync-switch-unreadable = Sagen Sie, ob der Abgleich ein- oder ausgeschaltet ist: true oder false, on oder off, 1 oder 0, enabled oder disabled. Es wurde nichts geändert.

## Verbinden: Schritte

steps-label = Schritte
step-number = Schritt { $number }:
step-scope = Umfang
step-review = Prüfen
step-done = (erledigt)
step-stopped = (hier angehalten)
title-step = Schritt { $number } von { $count }: { $step }
title-not-connected = Nicht verbunden: { $what }

## Verbinden: Umfang

connect-heading = { $integration } mit { $organization } verbinden
connect-title = Verbinden
connect-far-note = noch nicht verbunden
connect-lead = Prüfen Sie Organisation und Standorte. Verbunden wird erst, wenn Sie Verbinden wählen.
connect-lead-steps = Prüfen Sie Organisation und Standorte. Verbunden wird erst, wenn Sie Weiter wählen.
connect-after = Nach Verbinden schließt sich dieses Fenster, und OfficeRnD zeigt { $integration } als verbunden. Trennen können Sie jederzeit.
connect-after-steps = Nach Weiter gibt es die Verbindung; sie wartet, bis die Einrichtung abgeschlossen ist. Trennen können Sie jederzeit.
connect-cancel = Abbrechen
connect-next = Verbinden
connect-continue = Weiter
reconnect-heading = { $integration } mit { $organization } neu verbinden
reconnect-title = Neu verbinden
reconnect-far-note = wartet auf eine neue Anmeldung
reconnect-lead = { $integration } ist mit dieser Organisation schon verbunden. Es bekommt eine neue Anmeldung bei OfficeRnD; Einstellungen und Verlauf bleiben, wie sie sind.
reconnect-after = Nach Neu verbinden schließt sich dieses Fenster, und OfficeRnD zeigt { $integration } als verbunden.
reconnect-next = Neu verbinden

locations = Standorte
locations-chosen-in-officernd = in OfficeRnD gewählt
locations-all = Alle Standorte, heute { $count ->
        [0] keiner
       *[other] { $count }
    }
locations-some = { $count ->
        [one] 1 Standort
       *[other] { $count } Standorte
    }
locations-all-help = Ein Standort, den Sie später eröffnen, kommt von selbst dazu. Um nur einige zu verbinden, wählen Sie Abbrechen und nennen Sie diese in OfficeRnD unter Settings, Integrations.
locations-some-help = Verbunden { $count ->
        [one] wird nur dieser
       *[other] werden nur diese
    }. Um das zu ändern, wählen Sie Abbrechen und nennen Sie andere in OfficeRnD unter Settings, Integrations.
locations-rule = Ein Standort, den Sie später eröffnen, kommt von selbst dazu.
locations-fixed = Ein Standort, den Sie später eröffnen, kommt nicht von selbst dazu.
locations-more = { $count ->
        [one] 1 weiteren Standort zeigen
       *[other] { $count } weitere Standorte zeigen
    }
location-unknown = OfficeRnD nicht mehr bekannt

covered-title = { $connections ->
        [one] Die Verbindung mit dem Konto { $account } umfasst
       *[other] { $connections } Verbindungen mit dem Konto { $account } umfassen
    } { $count ->
        [0] dieselben Standorte
        [one] 1 dieser Standorte
       *[other] { $count } dieser Standorte
    } schon
covered-all = { $connections ->
        [one] Die Verbindung mit dem Konto { $account } umfasst
       *[other] { $connections } Verbindungen mit dem Konto { $account } umfassen
    } schon alle Standorte
covered-text = Die Verbindungen arbeiten dort dann nebeneinander. Soll diese eine andere ersetzen, wählen Sie Abbrechen und entfernen Sie zuerst jene in OfficeRnD.

covered-waits = Jeder Standort kann nur eine Verbindung haben. Diese würde als Einrichtung offen warten, bis die andere getrennt ist oder andere Standorte umfasst. Soll diese jene ersetzen, entfernen Sie zuerst die andere in OfficeRnD.
overlap-title = Die Verbindung mit dem Konto { $account } umfasst schon einige dieser Standorte
    .text = Jeder Standort kann nur eine Verbindung von { $integration } haben, darum wartet diese. Trennen Sie die andere, oder wählen Sie in OfficeRnD für eine von beiden andere Standorte; was hier eingegeben wurde, geht nicht verloren.
overlap-healthcheck = Die Verbindung mit dem Konto { $account } umfasst schon einige dieser Standorte, und jeder Standort kann nur eine Verbindung von { $integration } haben. Trennen Sie jene, oder wählen Sie andere Standorte.

may-heading = Was { $integration } in OfficeRnD darf
may-read = Lesen: { $things }
may-create = Anlegen: { $things }
may-update = Ändern: { $things }
may-delete = Löschen: { $things }
may-create-update = Anlegen und ändern: { $things }
may-create-delete = Anlegen und löschen: { $things }
may-update-delete = Ändern und löschen: { $things }
may-create-update-delete = Anlegen, ändern und löschen: { $things }
may-be-told = Von OfficeRnD erfahren, wenn sich etwas ändert
may-read-everything = Alles lesen, was OfficeRnD über Ihre Organisation weiß
may-write-everything = Alles in Ihrer Organisation anlegen, ändern und löschen
may-not-change = Nicht ändern darf es { $things }
may-not-change-anything = Es darf in OfficeRnD nichts ändern
may-nothing = Nichts: Es hat um kein Recht gebeten
may-verbatim = Auch, in OfficeRnDs eigenen Worten: { $scope }

thing-members = Mitglieder
thing-companies = Firmen
thing-memberships = Mitgliedschaften
thing-contracts = Verträge
thing-checkins = Anwesenheiten
thing-fees = Gebühren
thing-visits = Besuche
thing-visitors = Besucher
thing-opportunities = Verkaufschancen
thing-bookings = Buchungen
thing-passes = Tagespässe
thing-credits = Guthaben
thing-coins = Coins
thing-assignments = Zuteilungen von Plätzen und Büros
thing-locations = Standorte
thing-floors = Stockwerke
thing-resources = Räume
thing-resource-types = Arten von Räumen
thing-amenities = Ausstattung
thing-payments = Rechnungen und Zahlungen
thing-charges = Abbuchungen
thing-plans = Tarife
thing-resource-rates = Raumpreise
thing-tax-rates = Steuersätze
thing-revenue-accounts = Erlöskonten
thing-payment-details = Zahlungsdaten
thing-tickets = Tickets
thing-posts = Beiträge
thing-events = Veranstaltungen
thing-benefits = Vorteile
thing-organization = Daten der Organisation selbst
thing-integrations = Integrationen
thing-webhooks = Abonnements von Ereignissen
thing-custom-properties = eigene Eigenschaften
thing-business-hours = Öffnungszeiten
thing-billing-settings = Einstellungen der Abrechnung
thing-currencies = Währungen
thing-invoices = Rechnungen
thing-prices = Preise

## Verbinden: Warten

waiting-busy = OfficeRnD ist beschäftigt
    .title = OfficeRnD ist beschäftigt
    .kept = Nichts geht verloren
    .what = OfficeRnD beantwortet nur wenige Verbindungen in der Minute, und gerade werden andere verbunden. Ihr Platz bleibt 24 Stunden frei.
    .do-1 = Warten Sie eine Minute.
    .do-2 = Wählen Sie <strong>Weiter</strong>. Von vorn anfangen müssen Sie nicht.
    .button = Weiter
waiting-down = OfficeRnD antwortet nicht
    .title = OfficeRnD antwortet nicht
    .kept = Nichts geht verloren, und nichts wurde geändert
    .what = OfficeRnD antwortet mit Fehlern oder gar nicht. Ihr Platz bleibt 24 Stunden frei.
    .do-1 = Warten Sie einige Minuten.
    .do-2 = Wählen Sie <strong>Noch einmal</strong>. Von vorn anfangen müssen Sie nicht.
    .button = Noch einmal
waiting-under-way = Das dauert länger als sonst
    .title = noch unterwegs
    .kept = Nichts geht verloren
    .what = Ihre Verbindung ist noch unterwegs oder wurde unterbrochen. Ihr Platz bleibt 24 Stunden frei.
    .do-1 = Wählen Sie <strong>Weiter</strong>. Das Fenster wartet auf das, was unterwegs ist, und was unterbrochen wurde, geht dort weiter, wo es stehen blieb.
    .button = Weiter
field-locks = Sobald die Verbindung funktioniert, lässt sich das nicht mehr ändern.
linked = Mit { $account } verbunden
    .text = Von jetzt an arbeitet { $integration } mit diesem Konto.

not-connected-note = nicht verbunden

## Schritte des Partners

title-error = Fehler: { $page }
error-prefix = Fehler:
step-of = Schritt { $number } von { $count }
step-back = Zurück
step-later = Später abschließen
step-continue = Weiter
step-again = Noch einmal
step-refused = { $count ->
        [one] Noch ist nichts gespeichert: 1 Angabe ist zu berichtigen
       *[other] Noch ist nichts gespeichert: { $count } Angaben sind zu berichtigen
    }
step-refused-by-partner = { $integration } hat diese Angaben nicht angenommen
step-in-settings = Das ändern Sie auf der Seite der Einstellungen, sobald die Einrichtung fertig ist.
partner-no-answer = { $integration } hat nicht geantwortet
    .kept = Ihre Angaben bleiben stehen; versuchen Sie es noch einmal.
partner-bad-answer = { $integration } hat so geantwortet, dass wir es nicht verwenden können
    .kept = Es liegt nicht an Ihnen, und Ihre Angaben bleiben stehen. Versuchen Sie es später noch einmal; die Leute hinter { $integration } sehen, was nicht stimmt.
partner-declined = Sie haben es bei { $integration } nicht erlaubt
    .kept = Es wurde nichts verknüpft, und Ihre Angaben bleiben stehen. Um weiterzugehen, wählen Sie Noch einmal und erlauben Sie es dort.
partner-not-signed-in = Die Anmeldung bei { $integration } hat nicht geklappt
    .kept = { $integration } hat Sie ohne eine Anmeldung zurückgeschickt, die gilt. Es wurde nichts verknüpft, und Ihre Angaben bleiben stehen; versuchen Sie es noch einmal.
partner-too-late = Die Anmeldung bei { $integration } hat zu lange gedauert
    .kept = Eine Anmeldung gilt 30 Minuten. Es wurde nichts verknüpft, und Ihre Angaben bleiben stehen; versuchen Sie es noch einmal.
sign-in-announced = Weiter führt in diesem Fenster zur Anmeldung von { $integration }. Danach kommen Sie hierher zurück.
sign-in-goes = Sie sind unterwegs zur Anmeldung von { $integration }. Öffnet sie sich nicht von selbst, wählen Sie Weiter.
sign-in-back = Danach kommen Sie hierher zurück. { $integration } sagt uns, dass Sie es erlaubt haben; Ihr Kennwort sehen wir nie.
field-optional = freiwillig
field-only-with = Nur nötig, wenn bei „{ $field }“ { $values } gewählt ist.
secret-kept = Eines ist hinterlegt. Lassen Sie dies leer, um es zu behalten.
host-port = Ohne Port gilt { $port }.
switch-means = Ein: { $on }. Aus: { $off }.
choice-none = Keine Angabe
choice-first = Wählen
list-empty = Die Liste ist leer. Was Sie suchen, muss vielleicht erst dort angelegt werden.
list-trouble = Die Liste konnte nicht geladen werden. Ihre Angaben bleiben stehen.
list-first = Die Liste hängt ab von { $field }. Wählen Sie das zuerst, dann Liste neu laden.
list-none-found = Unter diesem Namen wurde nichts gefunden.
list-cut = Nur die ersten { $count } stehen hier.
list-search = Einen Namen suchen in { $field }
list-find = Suchen
list-more = Mehr zeigen
list-refresh = Liste neu laden
list-again = Noch einmal

mistake-missing = Füllen Sie { $field } aus
mistake-choose = Wählen Sie { $field }
mistake-confirm = Bestätigen Sie: { $field }
mistake-too-short = { $field } braucht mindestens { $count } Zeichen
mistake-too-long = { $field } darf höchstens { $count } Zeichen haben
mistake-bytes = { $field } ist zu lang: höchstens { $count } Bytes, und Umlaute brauchen mehr als eines
mistake-form = { $field } sieht nicht so aus, wie es muss; prüfen Sie Buchstabe für Buchstabe
mistake-form-like = { $field } hat eine andere Form, zum Beispiel { $example }
mistake-mail = { $field }: hier gehört keine E-Mail-Adresse hin
mistake-number = { $field } muss eine Zahl sein
mistake-whole = { $field } muss eine ganze Zahl sein
mistake-between = { $field } muss zwischen { $from } und { $to } liegen
mistake-at-least = { $field } muss { $from } oder mehr sein
mistake-at-most = { $field } muss { $to } oder weniger sein
mistake-step = { $field } geht in Schritten von { $step }
mistake-decimals = { $field } darf { $count ->
        [0] keine Stellen
        [one] 1 Stelle
       *[other] { $count } Stellen
    } nach dem Komma haben
mistake-address = { $field } muss eine ganze Adresse sein, die mit { $schemes } beginnt
mistake-host = { $field } muss ein Rechnername oder eine Adresse sein, vielleicht mit Port
mistake-private = { $field } muss aus dem Internet erreichbar sein; diese Adresse ist es nicht
mistake-unknown-choice = Wählen Sie { $field } noch einmal: Was gewählt war, gibt es nicht mehr
mistake-too-few = Wählen Sie mindestens { $count } bei { $field }
mistake-too-many = Wählen Sie höchstens { $count } bei { $field }
mistake-again = Geben Sie { $field } noch einmal ein. Was nicht geklappt hat, heben wir nicht auf.
mistake-bound = Geben Sie { $field } noch einmal ein, denn es geht jetzt an eine andere Adresse
mistake-unsaid = Diese Angabe wurde nicht angenommen
mistake-time = { $field } muss eine Uhrzeit sein, etwa 08:30
mistake-day = { $field } muss ein Tag sein
mistake-day-between = { $field } muss zwischen { $from } und { $to } liegen
mistake-day-from = { $field } muss { $from } oder später sein
mistake-day-to = { $field } muss { $to } oder früher sein
mistake-half = { $field }: Ein Anfang oder ein Ende fehlt
mistake-ends-before = { $field }: Ein Zeitraum endet, bevor er beginnt
mistake-closes = { $field }: { $day } schließt in dem Augenblick, in dem geöffnet wird. Geben Sie eine spätere Schließzeit ein.
mistake-midnight = { $field }: { $day } schließt, bevor geöffnet wird. Über Mitternacht darf hier nichts gehen.
mistake-overlap-day = { $field }: Zwei Zeiten am { $day } überschneiden sich
mistake-overlap = { $field }: Zwei Zeiträume überschneiden sich
mistake-line = { $field }, Zeile { $line }: „{ $text }“ sieht nicht so aus, wie es muss
mistake-line-mail = { $field }, Zeile { $line }: „{ $text }“ ist keine E-Mail-Adresse
mistake-line-domain = { $field }, Zeile { $line }: „{ $text }“ ist keine Domain wie example.org
mistake-line-network = { $field }, Zeile { $line }: „{ $text }“ ist kein Netz wie 192.0.2.0/24
mistake-line-address = { $field }, Zeile { $line }: „{ $text }“ ist keine ganze Adresse
mistake-twice = { $field }: „{ $text }“ steht zweimal da
mistake-increasing = { $field }: Jede Zahl muss größer sein als die davor
mistake-placeholder = { $field }: Den Platzhalter { $name } gibt es nicht
mistake-needs-placeholder = { $field } muss { $names } enthalten
mistake-one-line = { $field } muss eine Zeile sein
mistake-no-amount = Geben Sie { $field } in { $currency } ein
mistake-not-here = { $field }: „{ $option }“ gibt es hier nicht
mistake-fixed = { $field } lässt sich nicht mehr ändern; laden Sie die Seite neu, um zu sehen, was gilt
mistake-locked = { $field } lässt sich gerade nicht ändern
mistake-name = { $field }: Das ist nicht der Name. Schreiben Sie ihn so, wie er dasteht.
mistake-undecided = Wählen Sie einen Wert für { $field }
mistake-unknown = Dieses Formular passt nicht mehr zur Seite. Es wurde nichts gespeichert; öffnen Sie die Seite noch einmal.

review-heading = Bereit zum Verbinden
review-ready = Alle Schritte sind erledigt
    .text = Es beginnt nichts, bevor Sie Verbinden wählen.
review-next = Was dann geschieht
    .do-1 = Wählen Sie Verbinden. Dieses Fenster schließt sich, und OfficeRnD zeigt { $integration } als verbunden.
    .do-2 = Wählen Sie <strong>Configure</strong> neben { $integration }, um zu sehen, wie es läuft, oder um zu trennen.
review-then = Nach Verbinden beginnt { $integration } zu arbeiten, und OfficeRnD zeigt es als verbunden.
fact-yes = Ja
fact-no = Nein
fact-secret = Verschlüsselt hinterlegt, wird nie gezeigt
fact-confirmed = Bestätigt
fact-nothing = Nichts eingegeben
card-set-up = Einrichtung
set-up-done = erledigt
set-up-open = offen
set-up-again = Ein anderes Konto wurde verknüpft. Was für das vorige gewählt war, muss neu gewählt werden; bis dahin arbeitet { $integration } mit jener Wahl.
set-up-go-on = Einrichtung abschließen

## Verbinden: Enden

finish-heading = { $integration } wartet auf die Einrichtung
finish-title = Einrichtung offen
finish-far-note = Einrichtung nicht abgeschlossen
linked-far-note = Konto { $account }
finish-notice = { $organization } ist verbunden
    .text = Die Verbindung bleibt und wartet als Einrichtung offen, auch wenn Sie dieses Fenster schließen.
finish-open = Noch offen
finish-next = Was dann geschieht
    .do-1 = Wählen Sie Zurück nach OfficeRnD.
    .do-2 = Wählen Sie <strong>Configure</strong> neben { $integration } und schließen Sie die Einrichtung dort ab.
connected-heading = { $integration } ist verbunden
connected-title = Verbunden
connected-far-note = verbunden
connected-notice = Sie haben Verbinden gewählt, und es hat geklappt
    .text = Nur dieses Fenster blieb offen. Sie können es schließen.
connected-next = Was dann geschieht
    .do-1 = Wählen Sie Zurück nach OfficeRnD. Dort steht { $integration } als verbunden.
    .do-2 = Wählen Sie <strong>Configure</strong> neben { $integration }, um zu sehen, wie es läuft, oder um zu trennen.
declined-heading = Sie haben sich gegen das Verbinden entschieden
declined-title = Nicht verbunden
declined-text = Es wurde nichts verbunden, nichts geändert und keine Anmeldung behalten.
declined-mistake = War das ein Versehen
    .text = Gehen Sie zurück nach OfficeRnD, wählen Sie noch einmal <strong>Connect</strong> und dann <strong>Allow</strong>.
declined-unsure = Waren Sie sich nicht sicher
    .text = Trennen können Sie jederzeit, und mehr als dies darf { $integration } nicht:

## Verbinden: Schwierigkeiten

problem-code-refused = Dieser Verbindungslink ist abgelaufen
    .title = der Code ist abgelaufen
    .kept = Es wurde nichts verbunden und nichts geändert
    .what = OfficeRnD gibt jedem Verbindungslink ein kurzes Leben, und er gilt einmal. Dieser wurde zu spät geöffnet, oder durch Neuladen ein zweites Mal.
    .do-1 = Schließen Sie dieses Fenster.
    .do-2 = Öffnen Sie in OfficeRnD Settings, Integrations, { $integration }.
    .do-3 = Wählen Sie noch einmal <strong>Connect</strong> und werden Sie in einigen Minuten fertig.
    .again = Gleich wieder abgelaufen? Dann geht vielleicht die Uhr eines unserer Rechner falsch. Nennen Sie dem Support von { $integration } diese Nummer: <strong>{ $reference }</strong>
problem-code-used = Dieser Verbindungslink wurde schon geöffnet
    .title = der Link wurde schon benutzt
    .kept = Das zweite Öffnen hat nichts geändert
    .what = Jeder Verbindungslink gehört dem Fenster, das ihn zuerst geöffnet hat. Vielleicht ist es noch offen.
    .do-1 = Suchen Sie das andere Fenster und machen Sie dort weiter.
    .do-2 = Ist es geschlossen? Dann gehen Sie zurück nach OfficeRnD und wählen Sie noch einmal <strong>Connect</strong>.
problem-incomplete = Der Aufruf von OfficeRnD war nicht vollständig
    .title = der Aufruf war nicht vollständig
    .kept = Es wurde nichts verbunden und nichts geändert
    .what = Die Adresse sagt nicht, welche Organisation oder welche Integration verbunden werden soll. Das geschieht, wenn sie in Teilen kopiert oder gespeichert wurde.
    .do-1 = Schließen Sie dieses Fenster.
    .do-2 = Öffnen Sie in OfficeRnD Settings, Integrations, { $integration }.
    .do-3 = Wählen Sie dort <strong>Connect</strong>. Das macht einen vollständigen Link.
problem-expired = Dieses Fenster war zu lange offen
    .title = 24 Stunden sind vorbei
    .kept = Es wurde nichts verbunden, und die Anmeldung, die wir hatten, ist vernichtet
    .what = Eine Verbindung lässt sich innerhalb von 24 Stunden abschließen. Diese ist älter.
    .do-1 = Gehen Sie zurück nach OfficeRnD.
    .do-2 = Wählen Sie neben { $integration } noch einmal <strong>Connect</strong>.
problem-permission-missing = OfficeRnD hat uns eingelassen, aber nicht weit genug
    .title = ein Recht fehlt
    .kept = Es wurde nichts verbunden, und die Anmeldung, die wir hatten, ist vernichtet
    .what = Zum Verbinden müssen wir die Organisation, ihre Standorte und diese Integration lesen. Eines davon hat OfficeRnD verweigert.
    .do-1 = Bitten Sie jemanden aus der Verwaltung von OfficeRnD, der Settings, Integrations ändern darf, sich anzumelden.
    .do-2 = Lassen Sie dort noch einmal <strong>Connect</strong> wählen und erlauben, was OfficeRnD fragt.
problem-wrong-organization = Die Anmeldung gehört zu einer anderen Organisation
    .title = die Anmeldung ist von einer anderen Organisation
    .kept = In keiner der beiden Organisationen wurde etwas verbunden
    .what = Der Aufruf von OfficeRnD nennt eine Organisation, aber die Anmeldung dazu öffnet eine andere.
    .do-1 = Wechseln Sie in OfficeRnD zu der Organisation, die Sie verbinden wollen.
    .do-2 = Wählen Sie dort <strong>Connect</strong>, unter Settings, Integrations.
problem-answer-lost = Die Antwort von OfficeRnD hat uns nicht erreicht
    .title = die Antwort von OfficeRnD ging verloren
    .kept = Hier wurde nichts verbunden
    .what = OfficeRnD fiel aus, nachdem es den Code hatte. Ein Code gilt einmal, darum können wir mit ihm nicht noch einmal fragen.
    .do-1 = Gehen Sie zurück nach OfficeRnD und warten Sie einige Minuten.
    .do-2 = Wählen Sie noch einmal <strong>Connect</strong>. Das bringt einen neuen Code.
problem-client-refused = OfficeRnD kennt { $integration } nicht
    .title = OfficeRnD verweigert die Integration
    .kept = Es wurde nichts verbunden, und es liegt nicht an Ihnen
    .what = OfficeRnD hat die Anmeldung der Integration selbst verweigert, darum kann sie jetzt niemand verbinden. Das können nur die Leute hinter { $integration } beheben.
    .do-1 = Nennen Sie dem Support von { $integration } die Nummer unten.
    .do-2 = Wählen Sie noch einmal <strong>Connect</strong>, wenn es heißt, dass es behoben ist.
    .again = Nummer für den Support von { $integration }: <strong>{ $reference }</strong>
problem-region-refused = OfficeRnD hat uns an eine Adresse geschickt, der wir nicht trauen
    .title = eine Adresse wurde abgelehnt
    .kept = Es wurde nichts verbunden, und Ihre Anmeldung wurde nicht dorthin gesendet
    .what = OfficeRnD sagt, wo Ihre Organisation geführt wird. Diese Adresse gehört nicht zu denen, die { $integration } benutzen darf.
    .do-1 = Nennen Sie dem Support von { $integration } die Nummer unten. Dort kann die Adresse erlaubt werden, wenn sie stimmt.
    .do-2 = Wählen Sie noch einmal <strong>Connect</strong>, wenn die Antwort da ist.
    .again = Nummer für den Support von { $integration }: <strong>{ $reference }</strong>
problem-secret-missing = OfficeRnD hat uns den Schlüssel der Integration nicht gegeben
    .title = der Schlüssel der Integration fehlt
    .kept = Es wurde nichts verbunden, und die Anmeldung, die wir hatten, ist vernichtet
    .what = OfficeRnD signiert seine Aufrufe mit einem Schlüssel dieser Integration. In der Antwort war keiner, darum könnten wir seine Aufrufe nicht von denen anderer unterscheiden.
    .do-1 = Gehen Sie zurück nach OfficeRnD und wählen Sie noch einmal <strong>Connect</strong>.
    .do-2 = Endet auch das hier, entfernen Sie { $integration } in OfficeRnD, fügen Sie es neu hinzu und wählen Sie <strong>Connect</strong>.
problem-removed-meanwhile = { $integration } wurde in OfficeRnD entfernt
    .title = die Integration wurde entfernt
    .kept = Es wurde nichts verbunden, und die Anmeldung, die wir hatten, ist vernichtet
    .what = Jemand hat sie entfernt, während dieses Fenster offen war.
    .do-1 = Öffnen Sie in OfficeRnD Settings, Integrations und fügen Sie { $integration } wieder hinzu.
    .do-2 = Wählen Sie <strong>Connect</strong>.

attempt-gone = Dieses Fenster ist zu Ende
    .title = Dieses Fenster ist zu Ende
    .what = Eine Verbindung gehört dem Browser, der sie begonnen hat. Diese wurde abgeschlossen oder abgebrochen, ist älter als 24 Stunden, oder wurde in einem anderen Browser begonnen.
    .do-1 = Gehen Sie zurück nach OfficeRnD, Settings, Integrations.
    .do-2 = Wählen Sie noch einmal <strong>Connect</strong>.
cookies = Kommt das jedes Mal, und sofort?
    .text = Dann blockiert Ihr Browser alle Cookies. Erlauben Sie Cookies für diese Adresse: Nötig ist eines, nur solange die Seite offen ist, und niemand sonst liest es.

## Die Seite der Verbindung

desk-title = { $integration } für { $organization }
desk-account = Konto { $account }
desk-connected-at = Verbunden am { $date }
desk-locations-all = Für alle Standorte
desk-locations = { $count ->
        [one] 1 Standort
       *[other] { $count } Standorte
    }: { $names }
since = seit { $moment }
card-state = Verbindung und Abgleich
fact-connection = Verbindung
fact-synchronization = Abgleich
fact-last-run = Letzter Lauf
fact-events = Ereignisse von OfficeRnD
fact-organization = Organisation
fact-address-name = Name in Adressen
fact-account = Konto
fact-connected = Verbunden
login-accepted = OfficeRnD nimmt unsere Anmeldung an
login-refused = OfficeRnD verweigert unsere Anmeldung
sync-is-on = Ein
sync-is-off = Aus
events-on = Abonniert
events-off = Nicht abonniert
    .text = Einmal am Tag abonnieren wir neu.
run-none = noch keiner
run-running = Läuft
run-succeeded = Gut
run-partial = Zum Teil gut
run-failed = Gescheitert
run-waiting-for-approval = Wartet auf Freigabe
run-refused = Abgelehnt
run-superseded = Von einem späteren ersetzt
run-lapsed = Nie beendet
run-last-good = Letzter guter am { $moment }
run-next = Nächster am { $moment }
trouble-settings = Einstellungen ansehen
trouble-failures = Der letzte Lauf ist hier gescheitert
trouble-failed-at = Der letzte Lauf ist gescheitert: { $places }.
run-other = Unbekannt
card-facts = Angaben
copy-connection = Verbindung
    .help = Der Support fragt nach dieser Nummer.
    .button = Kopieren
    .done = Kopiert
    .failed = Nicht kopiert: Markieren Sie die Nummer und kopieren Sie sie.
card-acts = Diese Verbindung ändern
act-reconnect = Neu verbinden
    .text = Wenn OfficeRnD unsere Anmeldung nicht mehr annimmt. Einstellungen und Verlauf bleiben.
act-account = Konto neu verknüpfen
    .text = Wenn sich die Anmeldung von { $integration } geändert hat. Die Schritte der Einrichtung werden neu gefragt; bis dahin gilt die alte.
act-disconnect = Trennen
    .text = Sie sehen, was bleibt und was nicht, bevor etwas geschieht.
card-activity = Was geschehen ist
activity-none = Noch nichts. Verbindungen, Läufe und Änderungen stehen hier, die neuesten oben.

## Was geschehen ist

activity-connected = Verbunden
activity-reconnected = Mit neuer Anmeldung verbunden
activity-finish-set-up = Verbunden, Einrichtung noch nicht abgeschlossen
activity-disconnected = Getrennt
activity-locations-changed = Standorte geändert
activity-state-changed = Zustand geändert
activity-attempt-failed = Eine Verbindung ist nicht gelungen
activity-attempt-replaced = Eine andere Verbindung dieser Integration wurde später abgeschlossen und gilt
activity-grant-refreshed = Anmeldung bei OfficeRnD erneuert
activity-grant-revoked = OfficeRnD nahm die Anmeldung nicht mehr an
activity-token-note = Die Antwort von OfficeRnD mit der Anmeldung war ungewöhnlich; sie wurde verwendet
activity-subscribed = Ereignisse von OfficeRnD abonniert
activity-resubscribed = Ereignisse von OfficeRnD neu abonniert
activity-subscription-lost = OfficeRnD hatte unser Abonnement von Ereignissen nicht mehr
activity-webhook-unreadable = OfficeRnD hat ein Ereignis gesendet, das sich nicht lesen ließ; es ist aufgehoben
activity-sync-on = Abgleich eingeschaltet
activity-sync-off = Abgleich ausgeschaltet
activity-sync-requested = Ein Lauf wurde verlangt
activity-secret-renewed = Der Schlüssel von OfficeRnD für diese Integration wurde neu geholt
activity-configure-opened = Configure wurde geöffnet
activity-settings-changed = Einstellungen geändert
activity-settings-action = Knopf gedrückt
activity-settings-downloaded = Datei heruntergeladen
activity-slug-changed = OfficeRnD hat der Organisation einen anderen Namen in Adressen gegeben
activity-renamed = OfficeRnD hat die Organisation umbenannt
activity-partner-linked = Konto verknüpft
activity-partner-changed = Anderes Konto verknüpft
activity-overlaps = Wartet, weil eine andere Verbindung einige der Standorte umfasst
activity-overlap-ended = Keine andere Verbindung umfasst diese Standorte mehr
activity-partner-not-told = { $integration } hat es nicht erfahren; drei Tage lang kam keine Antwort
activity-confirmed = Bestätigt
activity-purged = Einstellungen und Verlauf von { $integration } wurden gelöscht
activity-paused = Vom Team von { $integration } angehalten
activity-resumed = { $integration } läuft nach einer Pause weiter
activity-first-success = Erster guter Lauf
activity-run-failed = Ein Lauf ist gescheitert
activity-run-lapsed = Ein Lauf wurde nie beendet
activity-run-held = Ein Lauf wartet auf Freigabe
activity-approval-granted = Entfernen freigegeben
activity-approval-refused = Entfernen abgelehnt
activity-from-to = Von { $from } zu { $to }
activity-would-remove = { $remove } von { $of } Mitgliedern
activity-other = Etwas anderes ist geschehen ({ $kind })
activity-number = Nummer für den Support: { $number }
activity-not-told-sync = Dass ein Lauf verlangt oder der Abgleich geschaltet wurde
activity-not-told-disconnected = Dass diese Verbindung zu Ende ist
activity-because-admin = Auf dieser Seite gewählt
activity-because-staff = vom Team der Integration
activity-because-removed-in-officernd = Die Integration wurde dort entfernt
activity-because-refused = Die Erneuerung wurde verweigert
activity-because-answer-lost = Die Antwort auf die letzte Erneuerung ging verloren
activity-because-no-refresh-token = Es gab nichts, womit sie sich erneuern ließe
activity-refresh-asked = Bei OfficeRnD sofort um eine neue Anmeldung gebeten
activity-replayed = { $integration } noch einmal mitgeteilt, was geschehen war
activity-repeated = { $integration } noch einmal um das gebeten, was offen war
activity-note-added = Eine Notiz für das Team hinterlassen
activity-note-edited = Eine Notiz für das Team geändert
activity-unmasked = Namen und Adressen angesehen
activity-explained = Gefragt, welche Einstellungen für jemanden gelten
activity-exported = Daten als Datei mitgenommen
actor-admin = jemand aus der Verwaltung von OfficeRnD
actor-member = OfficeRnD-Mitglied { $member }
actor-member-named = { $name } (OfficeRnD-Mitglied { $member })
actor-officernd = OfficeRnD
actor-key = { $integration } (API-Schlüssel „{ $key }“)
actor-staff = jemand bei { $integration }
actor-automatic = von selbst
activity-when = { $moment }, { $actor }

## Getrennt, neu verbinden, trennen

disconnected-since = Seit { $moment } ist die Anmeldung vernichtet, und Ereignisse kommen nicht mehr.
disconnected-kept = Einstellungen und Verlauf bleiben bis { $date }
    .text = Bis dahin gelten sie wieder, wenn Sie verbinden. Nach diesem Tag werden sie gelöscht.
disconnected-next = Um wieder zu verbinden
    .do-1 = Öffnen Sie in OfficeRnD Settings, Integrations, { $integration }.
    .do-2 = Wählen Sie <strong>Connect</strong>.

reconnect-page-heading = { $integration } neu verbinden
reconnect-page-title = Neu verbinden
reconnect-page-lead = Beginnen kann das nur OfficeRnD, darum ist der Knopf dort.
reconnect-page-kept = Einstellungen und Verlauf bleiben, wie sie sind
    .text = Sie bekommen dieselbe Verbindung mit einer neuen Anmeldung bei OfficeRnD.
reconnect-page-steps = Was zu tun ist
    .do-1 = Öffnen Sie OfficeRnD, Settings, Integrations.
    .do-2 = Wählen Sie <strong>Connect</strong> neben { $integration }.
    .do-3 = Prüfen Sie die Organisation in dem Fenster, das sich öffnet, und wählen Sie <strong>Neu verbinden</strong>.
reconnect-page-open = OfficeRnD öffnen
reconnect-page-back = Zurück zur Verbindung

disconnect-question = { $integration } von { $organization } trennen?
disconnect-title = { $integration } von { $organization } trennen?
disconnect-lead = Noch ist nichts geschehen.
disconnect-locations = Standorte, an denen es endet
    .text = Ereignisse und Abgleich enden sofort
disconnect-locations-all = alle, auch spätere
disconnect-members = Mitglieder bleiben, wie sie sind: In { $integration } ändern wir nichts.
disconnect-days = Tage, die Einstellungen und Verlauf bleiben
    .text = danach werden sie gelöscht, oder früher, wenn Sie { $integration } darum bitten
disconnect-export = Eine Kopie der Einstellungen behalten:
disconnect-final = Die Anmeldung bei OfficeRnD wird vernichtet und kommt nicht zurück
    .text = Um { $integration } wieder zu nutzen, wählen Sie in OfficeRnD Connect. { $days ->
        [one] Einen Tag
       *[other] { $days } Tage
    } lang sind Ihre Einstellungen und Ihr Verlauf noch da.
disconnect-button = { $integration } von { $count ->
        [one] 1 Standort
       *[other] { $count } Standorten
    } trennen
disconnect-keep = Verbunden lassen
disconnect-look-again = Noch einmal nachsehen
disconnect-held = { $integration } lässt sich jetzt nicht trennen
    .text = Es hat sich nichts geändert. Sehen Sie noch einmal nach, wenn das vorbei ist.
disconnect-unknown = { $integration } sagt gerade nicht, ob etwas offen bliebe.

## Meldungen außerhalb einer Verbindung

message-not-found = Unter dieser Adresse gibt es nichts
    .title = Seite nicht gefunden
    .what = Die Adresse ist vielleicht vertippt, oder Sie dürfen nicht sehen, was sie nennt. Beides beantworten wir gleich, damit niemand errät, was es gibt.
    .do-1 = Gehören Sie zur Verwaltung von OfficeRnD? Wählen Sie dort <strong>Configure</strong> neben der Integration.
message-staff = Arbeiten Sie für die Leute hinter einer Integration?
message-overview = Zur Übersicht
message-unknown-integration = Unter dieser Adresse gibt es keine Integration
    .title = Unbekannte Integration
    .what = Es wurde nichts verbunden und nichts geändert. Der Name der Integration in der Adresse ist vertippt, oder es gibt sie nicht mehr.
    .do-1 = Gehen Sie zurück nach OfficeRnD, Settings, Integrations.
    .do-2 = Führt <strong>Connect</strong> oder <strong>Configure</strong> dort wieder hierher, sagen Sie es den Leuten hinter der Integration.
message-unreadable = Diese Adresse lässt sich nicht lesen
    .title = Adresse nicht lesbar
    .what = Sie ist zu lang, abgeschnitten oder enthält Zeichen, die nicht hineingehören. Es wurde nichts verbunden und nichts geändert.
    .do-1 = Schließen Sie dieses Fenster.
    .do-2 = Öffnen Sie in OfficeRnD Settings, Integrations und wählen Sie den Knopf dort noch einmal.
message-wrong-method = So lässt sich diese Seite nicht aufrufen
    .title = Aufruf abgelehnt
    .what = Die Seite gibt es, aber nicht für diese Art von Aufruf. Es wurde nichts geändert.
    .do-1 = Gehen Sie zurück nach OfficeRnD und beginnen Sie noch einmal unter Settings, Integrations.
message-too-many-codes = Zu viele Verbindungslinks, die nicht gelten
    .title = Zu viele Versuche
    .what = Mehrere Links aus Ihrem Netz wurden nacheinander abgelehnt, darum fragen wir OfficeRnD eine Weile nicht mehr. Es wurde nichts verbunden und nichts geändert.
    .do-1 = Warten Sie 10 Minuten.
    .do-2 = Wählen Sie in OfficeRnD noch einmal <strong>Connect</strong> und werden Sie in einigen Minuten fertig.
message-unavailable = Wir können gerade nicht antworten
    .title = Nicht verfügbar
    .what = Unser eigener Speicher antwortet nicht. Es wurde nichts geändert, und es liegt nicht an Ihnen.
    .do-1 = Warten Sie eine Minute und laden Sie diese Seite neu.
    .do-2 = Sollen Sie dann von vorn anfangen, wählen Sie den Knopf in OfficeRnD noch einmal.
message-stale-link = Öffnen Sie Configure noch einmal in OfficeRnD
    .title = Dieser Link ist abgelaufen
    .what = Der Link, der Sie hergebracht hat, galt eine Minute, oder Ihr Besuch ist zu Ende, damit ihn niemand sonst benutzt. Ihre Einstellungen sind unverändert.
    .do-1 = Gehen Sie zurück nach OfficeRnD, Settings, Integrations.
    .do-2 = Wählen Sie <strong>Configure</strong> neben { $integration }.
    .reloaded = Haben Sie nur die Seite neu geladen oder sind nach einer Pause zurückgekommen? Dieselben zwei Schritte helfen.
    .clock = Läuft er jedes Mal ab? Dann geht vielleicht eine Uhr falsch, oder Ihr Browser blockiert alle Cookies. Erlauben Sie Cookies für diese Adresse: Nötig ist eines, nur solange die Seite offen ist.
message-sign-in-gone = Diese Anmeldung führt nirgendwohin
    .title = Anmeldung nicht bekannt
    .what = Eine Anmeldung gehört dem Browser und dem Fenster, in dem sie begonnen wurde, gilt 30 Minuten und nur einmal. Es wurde nichts verknüpft und nichts geändert.
    .do-1 = Ist ein Fenster mit der Einrichtung noch offen, machen Sie dort weiter: Wählen Sie <strong>Weiter</strong> und melden Sie sich noch einmal an.
    .do-2 = Sonst gehen Sie zurück nach OfficeRnD, Settings, Integrations und wählen Sie <strong>Connect</strong> oder <strong>Configure</strong> neben { $integration }.
message-gone = Was hier war, gibt es nicht mehr
    .title = Nicht mehr da
    .what = Es wurde benutzt, ist zu Ende oder wurde nach seiner Zeit gelöscht. Durch das Öffnen wurde nichts geändert.
    .do-1 = Gehen Sie zurück nach OfficeRnD, Settings, Integrations und beginnen Sie dort noch einmal.
message-foreign-form = Dieses Formular kam von anderswo
    .title = Formular abgelehnt
    .what = Formulare gelten nur, wenn sie von unseren eigenen Seiten kommen. Es wurde nichts geändert.
    .do-1 = Gehen Sie zurück nach OfficeRnD und wählen Sie dort <strong>Configure</strong> oder <strong>Connect</strong>.
message-too-large = Das war mehr, als wir lesen
    .title = Zu groß
    .what = Das Formular oder die Adresse ist größer als alles, was unsere Seiten senden. Es wurde nichts geändert.
    .do-1 = Gehen Sie zurück nach OfficeRnD und beginnen Sie noch einmal unter Settings, Integrations.
message-broken = Bei uns ist etwas schiefgegangen
    .title = Unser Fehler
    .what = Es ist aufgeschrieben und wird angesehen. Was Sie vorher getan haben, bleibt, wie es war.
    .do-1 = Laden Sie diese Seite neu. Kommt sie wieder, gehen Sie zurück nach OfficeRnD und beginnen Sie noch einmal.
the-integration = der Integration

# --- Antworten an Maschinen, die ein Mensch im Protokoll von OfficeRnD oder des Partners lesen mag
signed-wrong-method = Benutzen Sie GET für diese Adresse.
signed-unknown-integration = Unter dieser Adresse gibt es keine Integration.
signed-unavailable = Wir können gerade nicht antworten. Versuchen Sie es in einigen Sekunden noch einmal.
webhook-wrong-method = Benutzen Sie POST für diese Adresse.
webhook-too-large = Diese Sendung ist größer als 1 MiB und wurde nicht gelesen.
webhook-unsigned = Diese Sendung ist von keinem unserer Abonnements signiert, oder sie ist zu alt.

## What a button of the settings page answers in words of ours

action-too-soon = Das wurde gerade eben gedrückt. Warten Sie kurz und drücken Sie noch einmal.
action-run-asked = Ein Lauf wurde angefordert. Das Ergebnis steht hier, sobald es gemeldet ist.
action-checked = Alles, was gespeichert ist, wurde angenommen.
action-checked-typed = Was hier eingetragen ist, wurde angenommen. Es ist noch nicht gespeichert.
action-typed-refused = Was dabei eingetragen war, wurde nicht angenommen. Gespeichert wurde dabei nichts.
action-not-asked = Nichts wurde geprüft, weil zuerst ein Eintrag zu berichtigen ist.
action-secret-again = Geben Sie Geheimnisse vor dem Speichern noch einmal ein: Sie bleiben nicht auf der Seite.
action-no-answer = { $integration } hat nicht geantwortet. Nichts wurde geändert; versuchen Sie es noch einmal.
action-bad-answer = { $integration } hat eine Antwort gegeben, die nicht brauchbar ist. Nichts wurde geändert; versuchen Sie es noch einmal.
