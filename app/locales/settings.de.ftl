
# Die Seite der Einstellungen, auf Deutsch. Ton und Regeln wie in de.ftl.

## Zahlen, Listen, Werte

amount = { $amount } { $currency }
number-unit = { $number } { $unit }
list-comma = ,{ " " }
list-semicolon = ;{ " " }
names-more = und { $count } weitere
quoted = „{ $text }“
label-inside = { $head }: { $next }
one-of-several = { $field } { $number }
period = { $from } bis { $to }
span = { $from } bis { $to }
span-overnight = { $from } bis { $to } am nächsten Tag
to = bis

unit-s = { $count ->
        [one] Sekunde
       *[other] Sekunden
    }
unit-min = { $count ->
        [one] Minute
       *[other] Minuten
    }
unit-h = { $count ->
        [one] Stunde
       *[other] Stunden
    }
unit-d = { $count ->
        [one] Tag
       *[other] Tage
    }
unit-w = { $count ->
        [one] Woche
       *[other] Wochen
    }
unit-month = { $count ->
        [one] Monat
       *[other] Monate
    }

value-yes = Ja
value-no = Nein
value-nothing = Nicht gesetzt
value-none = Keine
value-empty = Keine, mit Absicht
value-time = { $time } Uhr ({ $zone })
value-no-amount = kein Betrag in { $currency }
value-confirmed = Bestätigt
value-not-confirmed = Nicht bestätigt
value-all-of = Alle von: { $items }
value-any-of = Eines von: { $items }
value-rows = { $count ->
        [one] 1 Zeile
       *[other] { $count } Zeilen
    }
value-unreadable = In einer Form gespeichert, die diese Einstellung nicht mehr hat. Geben Sie es neu ein.

gone-missing = nicht mehr da
gone-elsewhere = nicht bei { $chosen }
gone-elsewhere-unknown = gehört zu etwas anderem
gone-archived = in OfficeRnD archiviert

condition-is = „{ $field }“ { $values } ist
condition-contains = „{ $field }“ „{ $value }“ enthält
condition-on = „{ $field }“ eingeschaltet ist
condition-off = „{ $field }“ ausgeschaltet ist
condition-not = nicht ({ $condition })

## Die Seite

settings-for = Einstellungen für { $location }
settings-for-all = Einstellungen für alle Standorte
settings-lead-all = Was Sie hier setzen, gilt an jedem Standort, der nichts anderes sagt.
settings-lead-first = Was Sie hier setzen, gilt an jedem Standort. Später können Sie einzelne Standorte abweichen lassen.
settings-lead-location = Was Sie hier ändern, gilt nur für { $location }. Alles andere folgt der Organisation, heute und wenn es sich ändert.
settings-save = Änderungen speichern
settings-save-next = Speichern und weiter
settings-preview = Was würde sich ändern?
settings-bar = Speichern
settings-discard = Änderungen verwerfen
settings-trouble = { $integration } antwortet gerade nicht
    .text = Sie können alles ansehen und ändern, was keine Liste braucht. Namen und Listen sind die zuletzt bekannten.
about-connection = Diese Verbindung

places = Einstellungen für
place-all = Alle Standorte (Organisation)
sections = Abschnitte
sections-here = Auf dieser Seite
section-number = { $number }.{ " " }
section-set = { $own } von { $all } gesetzt
section-differ = { $own ->
        [0] keine von { $all } weicht ab
        [one] 1 von { $all } weicht ab
       *[other] { $own } von { $all } weichen ab
    }
count-set = { $count ->
        [0] nichts gesetzt
       *[other] { $count } gesetzt
    }
count-differ = { $count ->
        [0] nichts weicht ab
        [one] 1 weicht ab
       *[other] { $count } weichen ab
    }
count-errors = { $count ->
        [one] 1 Problem
       *[other] { $count } Probleme
    }
count-warnings = { $count ->
        [one] 1 ansehen
       *[other] { $count } ansehen
    }
count-unsaved = { $count } ungespeichert
more = Mehr
more-history = Verlauf der Änderungen
more-csv = Als CSV ausgeben
more-json = Als JSON ausgeben
languages = Sprache
pager = Seiten

legend-own = Ihr eigener Wert hier
legend-organization = folgt der Organisation
legend-default = hat niemand gesetzt

bar-none = Keine ungespeicherten Änderungen
bar-unsaved = { $count ->
        [one] 1 ungespeicherte Änderung
       *[other] { $count } ungespeicherte Änderungen
    }
bar-wrong = Nicht gespeichert, { $count } zu beheben
bar-failed = Das hat hier nicht geklappt; die Seite wird neu geladen
applies-at = Gilt mit dem nächsten Lauf um { $time } Uhr.
applies-next = Gilt mit dem nächsten Abgleich, oder wenn Sie gleich abgleichen.
applies-paused = Der Abgleich ist angehalten. Es gilt, wenn Sie ihn in OfficeRnD wieder einschalten.
applies-told = { $integration } erfährt es sofort.

## Eine Einstellung

setting-own = Nur { $location }
setting-set = Hier gesetzt
setting-from-organization = Von der Organisation
setting-from-others = Aus der Zeile für alle anderen
setting-default = Vorgabe
setting-unsaved = Noch nicht gespeichert
setting-same-for-all = Gleich für alle Standorte
setting-each-location = Je Standort
setting-set-at-locations = Jeder Standort hat seinen eigenen Wert. Wählen Sie einen Standort, um ihn zu setzen.
setting-locked-for-all = Für alle Standorte gesetzt
setting-change = Ändern
setting-change-here = Hier ändern
setting-change-for-all = Für alle Standorte ändern
setting-organization-value = Wert der Organisation: { $value }{ $same ->
        [same] { "" }, heute derselbe.
       *[other] { "" }.
    }
setting-default-value = Vorgabe: { $value }{ $same ->
        [same] { "" }, heute dieselbe.
       *[other] { "" }.
    }
setting-reset = Auf den Wert der Organisation zurücksetzen
setting-reset-default = Auf die Vorgabe zurücksetzen
setting-reset-pending = Folgt wieder, sobald Sie speichern.
setting-take-back = Eigenen Wert behalten
setting-mark = Gesetzt am { $date }
setting-mark-by = Gesetzt am { $date } von { $who }
setting-idle = Nicht in Gebrauch
setting-only-when = Wird nur gefragt, wenn { $condition }.
setting-kept = Für später aufgehoben: { $value }
setting-differ = { $count ->
        [one] 1 Standort weicht ab:
       *[other] { $count } Standorte weichen ab:
    }

lock-connected = Fest, seit Sie am { $date } verbunden haben. Für einen anderen Wert trennen Sie und verbinden Sie neu.
lock-first-post = Fest, seit { $integration } den ersten Beleg damit gebucht hat.
lock-after = Fest durch etwas, das in { $integration } geschehen ist ({ $fact }).
lock-payments = Nicht zu ändern, solange { $count ->
        [one] 1 Zahlung
       *[other] { $count } Zahlungen
    } bei { $integration } unterwegs { $count ->
        [one] ist
       *[other] sind
    }.
lock-while = Nicht zu ändern, solange { $integration } damit beschäftigt ist ({ $fact }).
lock-while-count = Nicht zu ändern, solange { $integration } damit beschäftigt ist ({ $fact }: { $count }).
lock-not-known = Ob sich das jetzt ändern lässt, weiß nur { $integration }, und es antwortet nicht. Versuchen Sie es später noch einmal.
lock-for-all = Die Organisation hat das für alle Standorte gesetzt.
lock-excepted = Die Organisation hat das für alle Standorte gesetzt und lässt diesen abweichen.
lock-kept = Was dieser Standort hatte, ist aufgehoben und gilt nicht: { $value }
lock-set = Für alle Standorte setzen
lock-end = Standorte wieder abweichen lassen
lock-except = Diesen Standort abweichen lassen
lock-exceptions = Diese dürfen abweichen:
lock-exception-add = Einzelne Standorte abweichen lassen
lock-exception-end = Nicht mehr
lock-exception-location = Standort, der abweichen darf: { $field }

finding-error = Fehler:
finding-warning = Warnung:
finding-danger = Vorsicht:
finding-info = Hinweis:
finding-required = Noch nicht ausgefüllt: { $field }
finding-open-rows = { $count ->
        [one] Noch nicht ausgefüllt: { $rows }
       *[other] { $count } Zeilen sind noch nicht ausgefüllt: { $rows }
    }
finding-required-cells = { $count ->
        [one] Eine Spalte muss ausgefüllt sein bei { $rows }
       *[other] Eine Spalte muss ausgefüllt sein in { $count } Zeilen: { $rows }
    }
finding-default-row = Die Zeile für alle anderen muss ausgefüllt sein
finding-twice = { $count ->
        [one] Dasselbe ist zweimal gewählt bei { $rows }
       *[other] Dasselbe ist gewählt in { $count } Zeilen: { $rows }
    }
finding-dangling = { $count ->
        [one] { $rows } gibt es nicht mehr, oder es gehört zu etwas anderem
       *[other] { $count } gewählte gibt es nicht mehr, oder sie gehören zu etwas anderem: { $rows }
    }
finding-dangling-rows = { $count ->
        [one] { $rows } gibt es nicht mehr; die Zeile bleibt
       *[other] { $count } Zeilen gibt es nicht mehr, sie bleiben: { $rows }
    }
finding-no-amount = Es gibt keinen Betrag in { $currency }
finding-no-amount-rows = Es gibt keinen Betrag in { $currency } bei { $rows }
finding-bound-to = Dieser Standort sendet es an eine andere Adresse als die Organisation ({ $fields }), darum muss es hier eingegeben werden
finding-exclusive = Dieser Standort nutzt bereits { $other }, und nur eine der beiden Integrationen kann hier aktiv sein
finding-other = An dieser Einstellung ist etwas zu tun ({ $rule })

info-unknown = Noch nicht bekannt
file-get = Herunterladen
file-type = Datei vom Typ { $type }
file-secret = Sie enthält ein Geheimnis. Jedes Herunterladen wird aufgeschrieben.
action-good = Es hat geklappt
action-bad = Es hat nicht geklappt
action-waits = Wieder ab { $time } Uhr
ran-good = { $act }: erledigt
ran-bad = { $act }: Das hat nicht geklappt

## Eingaben

switch-off = Aus:
three-way-inherit = Der Organisation folgen (jetzt: { $now })
three-way-on = Ja, in { $location } immer
three-way-off = Nein, in { $location } nie
confirm-yes = Ich bestätige das
length-unit = Einheit von { $field }
money-in = { $field } in { $currency }
money-locations = { $count ->
        [one] an 1 Standort
       *[other] an { $count } Standorten
    }
limits-between = Von { $from } bis { $to }.
limits-from = { $from } oder mehr.
limits-to = { $to } oder weniger.
limits-day-from = { $from } oder später.
limits-day-to = { $to } oder früher.
limits-zero = 0 heißt { $means }.
text-most = Höchstens { $count } Zeichen.
text-bytes = Höchstens { $count } Bytes; Umlaute brauchen mehr als eines.
line-example = Zum Beispiel { $example }.
time-zone = Uhr, { $zone }
time-of-each = Uhr am jeweiligen Standort
choose-exactly = Wählen Sie { $count }.
choose-between = Wählen Sie { $from } bis { $to }.
choose-least = Wählen Sie mindestens { $count }.
choose-most = Wählen Sie höchstens { $count }.
choose-none = Nichts gewählt heißt keine, mit Absicht.
closed-currencies = Nur für { $codes }.
closed-countries = Nur in { $codes }.
closed-withdrawn = Wird nicht mehr angeboten.
filter-label = Liste eingrenzen: { $field }
filter-hint = Eingrenzen
filter-shown = { $count ->
        [one] 1 gezeigt
       *[other] { $count } gezeigt
    }
list-empty-there = Noch gibt es nichts. Legen Sie es an in { $there }, dann Liste neu laden.
list-empty-here = Noch gibt es nichts zu wählen.
list-read = { $count ->
        [0] Die Liste wurde neu gelesen. Sie ist leer.
        [one] Die Liste wurde neu gelesen. Sie hat 1 Eintrag.
       *[other] Die Liste wurde neu gelesen. Sie hat { $count } Einträge.
    }
list-failed = Die Liste konnte nicht geladen werden. Was gewählt war, bleibt, unter seinem zuletzt bekannten Namen.
list-stale = Diese Liste ist vom { $moment }; sie konnte nicht neu geladen werden.
any-all = { $field }: eines oder alle
any-all-any = Eines davon
any-all-all = Alle davon

lines-text = Eines in jeder Zeile.
lines-mail = Eine E-Mail-Adresse in jeder Zeile.
lines-domain = Eine Domain in jeder Zeile, etwa example.org.
lines-network = Ein Netz in jeder Zeile, etwa 192.0.2.0/24.
lines-address = Eine ganze Adresse in jeder Zeile.
lines-most = Höchstens { $count }.
union-inherited = { $count ->
        [one] Von der Organisation, gilt auch hier:
       *[other] { $count } von der Organisation, gelten auch hier:
    }
union-own = Ihre eigenen kommen unten dazu.
add-number = Zahl hinzufügen
add-period = Zeitraum hinzufügen
add-hours = Zeit hinzufügen
add-thing = Hinzufügen
add-pair = Paar hinzufügen
remove = Entfernen
move-up = Nach oben
move-down = Nach unten
period-first = { $field } { $number }: erster Tag
period-last = { $field } { $number }: letzter Tag
periods-none = Keine Zeiträume
schedule-zone = Zeiten gelten in { $zone }.
schedule-zones = Es gelten die Zeiten jedes Standorts.
schedule-overnight = Eine Schließzeit vor der Öffnungszeit meint den nächsten Tag.
next-day = am nächsten Tag
day-closed = Geschlossen
day-opens = { $day }, öffnet
day-closes = { $day }, schließt
day-span = Zeit am { $day }

secret-not-set = Nicht gesetzt
secret-set = Gesetzt
secret-set-on = Gesetzt am { $date }
secret-set-by = Gesetzt am { $date } von { $who }
secret-expires = Läuft ab am { $date }
secret-old = Das vorige gilt bis { $moment }.
secret-bound = Nicht von der Organisation übernommen, weil dieser Standort es an eine andere Adresse sendet ({ $fields }). Geben Sie das von hier ein.
secret-moves = { $field } von { $location } wurde für eine andere Adresse eingegeben. Entfernen Sie es zuerst dort, und geben Sie es danach dort neu ein.
secret-replace = Ersetzen
secret-new = Neu: { $field }
secret-enter = Eingeben: { $field }
secret-keep = Lassen Sie es leer, um das vorhandene zu behalten. Es ist verschlüsselt hinterlegt und wird nie gezeigt.
secret-again = Geben Sie { $field } vor dem Speichern noch einmal ein: Ein Geheimnis bleibt nicht auf der Seite.
secret-overlap = { $count ->
        [one] Das vorige gilt noch 1 Stunde.
       *[other] Das vorige gilt noch { $count } Stunden.
    }
secret-length = { $from } bis { $to } Zeichen.
secret-least = Mindestens { $count } Zeichen.
secret-make = Eines erfinden
    .text = Beim Speichern entsteht ein langes, zufälliges.
secret-expiry = Läuft ab am

template-placeholders = Das wird eingesetzt:
template-must = Der Text muss { $names } enthalten.
template-must-one = Der Text muss eines davon enthalten: { $names }.
template-language = Sprache, die dazukommt
template-add = Sprache hinzufügen
template-drop = Diese Sprache entfernen

things-none = Noch keine
things-between = { $from } bis { $to }.
things-least = Mindestens { $count }.
things-most = Höchstens { $count }.
order-none = Nichts steht in der Reihe
order-add = Hinzufügen zu { $field }
order-add-button = Hinzufügen
order-after = Was nicht in der Reihe steht, kommt danach, nach dem Namen.
order-left-out = Was nicht in der Reihe steht, zählt nicht.
pairs-none = Keine Paare
pair-left = In OfficeRnD
pair-right = Auf der anderen Seite
pair-direction = Richtung
pair-values = Verbundene Auswahlen
    .text = Ein Paar in jeder Zeile, etwa gold = premium.
direction-to-partner = Von OfficeRnD
direction-to-officernd = Nach OfficeRnD
direction-both = In beide Richtungen

table-caption = { $field }, nach { $rows }
table-from = Kommt von
table-change = Ändern
table-others = Alle anderen
table-others-help = Was bei „{ $rows }“ neu hinzukommt, bekommt die Zeile „Alle anderen“, bis Sie ihm eine eigene geben.
table-open = { $count ->
        [one] Noch nicht ausgefüllt: { $rows }
       *[other] { $count } sind noch nicht ausgefüllt: { $rows }
    }
table-open-more = { $count ->
        [one] 1 weitere
       *[other] { $count } weitere
    }
table-own = { $own } von { $all } Zeilen sind Ihre eigenen
table-problems = { $count ->
        [one] 1 Zeile ist zu berichtigen
       *[other] { $count } Zeilen sind zu berichtigen
    }
table-each-location = Jeder Standort hat eigene Einträge für { $rows }. Wählen Sie einen Standort, um sie festzulegen.
table-empty = Unter „{ $rows }“ gibt es hier noch nichts.
table-nothing = Nicht gesetzt
table-cell = { $column } für { $row }
table-reset = Zurücksetzen

## Nach dem Speichern und davor

summary = { $count ->
        [one] Noch ist nichts gespeichert: 1 Angabe ist zu berichtigen
       *[other] Noch ist nichts gespeichert: { $count } Angaben sind zu berichtigen
    }
saved = { $count ->
        [one] Gespeichert. 1 Änderung.
       *[other] Gespeichert. { $count } Änderungen.
    }
saved-nothing = Es gab nichts zu ändern
explain = Welche Einstellungen gelten für ein Mitglied oder eine Buchung?
explain-about = Mitglied oder Buchung
explain-lead = Geben Sie die Kennung eines Mitglieds oder einer Buchung ein, wie sie in OfficeRnD in der Adresse der Seite steht. { $integration } sagt, welche Einstellungen gelten und warum.
explain-button = Erklären
explain-says = { $integration } sagt zu { $subject }
explain-settings = Die geltenden Einstellungen stehen unten, jede mit ihrer Herkunft.
draft-gone = Was auf das Speichern wartete, ist nicht mehr da
    .text = Es wurde gespeichert oder verworfen, oder seine Zeit war um. Diese Seite zeigt, was jetzt gespeichert ist.
saved-places = { $count ->
        [one] Etwas anderes gilt jetzt in { $places }.
       *[other] Etwas anderes gilt jetzt an { $count } Standorten: { $places }.
    }
saved-merged = Jemand anders hat um { $time } Uhr gespeichert. Sie haben verschiedene Einstellungen geändert, darum gilt beides.
saved-merged-by = { $who } hat um { $time } Uhr gespeichert. Sie haben verschiedene Einstellungen geändert, darum gilt beides.
changes-more = und { $count ->
        [one] 1 weitere Änderung
       *[other] { $count } weitere Änderungen
    }
lock-change = für alle Standorte festgelegt
change-reset = (folgt wieder)
preview = { $count ->
        [0] Speichern würde an dem, was gilt, nichts ändern
        [one] Speichern würde 1 Wert ändern, der gilt
       *[other] Speichern würde { $count } Werte ändern, die gelten
    }
    .text = Noch ist nichts gespeichert.
preview-nothing = Jeder Standort behält, was er hat.
preview-untouched = { $count ->
        [one] 1 Standort bleibt, wie er ist.
       *[other] { $count } Standorte bleiben, wie sie sind.
    }
draft = { $count ->
        [one] 1 Änderung vom { $moment } wurde nicht gespeichert
       *[other] { $count } Änderungen vom { $moment } wurden nicht gespeichert
    }
    .text = Ihr Besuch war zu Ende, oder eine Frage blieb zu lange offen. Was Sie eingegeben haben, ist hier aufgehoben, ohne Geheimnisse.
draft-resume = Damit weitermachen
draft-discard = Verwerfen

conflict = { $who } hat dieselben Einstellungen geändert, während Sie daran waren
    .text = { $who } hat um { $saved } Uhr gespeichert. Sie haben die Seite um { $opened } Uhr geöffnet. Ihre Änderungen sind noch nicht gespeichert, und keine geht verloren.
conflict-title = { $count ->
        [one] 1 Einstellung zu entscheiden
       *[other] { $count } Einstellungen zu entscheiden
    }
conflict-decide = { $count ->
        [one] 1 Einstellung zu entscheiden
       *[other] { $count } Einstellungen zu entscheiden
    }
conflict-caption = Wählen Sie in jeder Zeile einen Wert
conflict-setting = Einstellung
conflict-original = Als Sie die Seite öffneten
conflict-theirs = { $who }, { $time } Uhr
conflict-yours = Sie
conflict-theirs-spoken = Von der anderen Seite:
conflict-yours-spoken = Von Ihnen:
conflict-clear = { $count ->
        [one] 1 Einstellung braucht keine Entscheidung
       *[other] { $count } Einstellungen brauchen keine Entscheidung
    }
conflict-clear-caption = Diese hat nur einer von Ihnen geändert, darum gilt beides
conflict-before = Vorher
conflict-after = Nachher
conflict-by = Geändert von
conflict-secrets = Geheimnisse werden nicht aufgehoben. Geben Sie diese danach noch einmal ein: { $fields }.
conflict-history = Beide Fassungen bleiben im Verlauf, und jede lässt sich wiederherstellen.
conflict-save = { $count ->
        [one] Diese Einstellung speichern
       *[other] Diese { $count } Einstellungen speichern
    }
conflict-edit = Zurück zum Bearbeiten
conflict-discard = Meine Änderungen verwerfen

confirm-question = { $count ->
        [one] Diese Änderung
       *[other] Diese { $count } Änderungen
    } für { $place } speichern?
confirm-title = Bestätigen für { $place }
confirm-lead = Noch ist nichts gespeichert.
confirm-counted = gezählt um { $time } Uhr
confirm-locations = Standorte, an denen sich etwas ändert
confirm-values = { $count ->
        [one] 1 Wert, der gilt
       *[other] { $count } Werte, die gelten
    }
confirm-untouched = Standorte, die bleiben, wie sie sind
confirm-show = { $count ->
        [one] Den Standort und seine Werte zeigen
       *[other] Die { $count } Standorte und ihre Werte zeigen
    }
confirm-name = Schreiben Sie den Namen, um weiterzugehen
    .text = { $name }. Großbuchstaben, Akzente und Punkte spielen keine Rolle.
confirm-name-short = Name
confirm-button = { $count ->
        [one] Diese Änderung
       *[other] Diese { $count } Änderungen
    } für { $place } speichern
confirm-back = Zurück zum Bearbeiten
confirm-restore = { $count ->
        [one] Diesen gefährlichen Wert
       *[other] Diese { $count } gefährlichen Werte
    } für { $place } wiederherstellen?
confirm-restore-button = { $count ->
        [one] Mit diesem Wert
       *[other] Mit diesen { $count } Werten
    } für { $place } wiederherstellen
confirm-restore-back = Zurück zur Fassung
confirm-lock = { $count ->
        [one] Diesen Wert
       *[other] Diese { $count } Werte
    } für { $place } gelten lassen?
confirm-lock-button = { $count ->
        [one] Diesen Wert
       *[other] Diese { $count } Werte
    } für { $place } gelten lassen
confirm-lock-back = Zurück zu den Einstellungen
confirm-moved = Die Einstellungen wurden geändert, nachdem Sie gefragt wurden
    .text = Es wurde nichts gespeichert. Unten steht, was jetzt geschehen würde. Sehen Sie es noch einmal an, bevor Sie bestätigen.
confirm-lapsed = Diese Frage hat zu lange gewartet
    .text = Sie wartet eine Stunde auf eine Antwort, denn was sie zählt, ändert sich. Nichts davon wurde gespeichert.
    .kept = Was Sie eingegeben haben, bleibt ohne Geheimnisse bis { $moment }. Machen Sie dort weiter, und speichern Sie es.
confirm-over = Diese Frage ist vorbei
    .text = Sie wurde beantwortet, oder ihre Zeit ist um. Die Einstellungen zeigen, was jetzt gespeichert ist.
confirm-broken = Das geht jetzt nicht
    .text = Es wurde nichts gespeichert. Gehen Sie zurück, und ändern Sie zuerst, was im Weg steht.

history = Verlauf der Änderungen
    .text = Jede Änderung der Einstellungen, die neuesten oben. Eine Fassung, die Sie wiederherstellen, wird eine neue Änderung.
history-list = Änderungen
history-none = Noch nichts. Änderungen der Einstellungen stehen hier, die neuesten oben.
history-changes = { $count ->
        [one] 1 Änderung
       *[other] { $count } Änderungen
    }
history-current = Gilt
history-restore = Wiederherstellen
history-restored = Die Fassung vom { $moment } ist wiederhergestellt
    .text = Die Einstellungen davor bleiben im Verlauf.
history-older = Ältere
history-newer = Neuere
history-back = Zurück zu den Einstellungen
origin-page = auf dieser Seite
origin-connect = beim Verbinden
origin-api = über die API
origin-restore = durch Wiederherstellen einer Fassung
restore = Fassung vom { $moment } wiederherstellen
    .text = Noch ist nichts geschehen. Wiederherstellen ist eine neue Änderung; was jetzt da ist, bleibt im Verlauf.
restore-changes = { $count ->
        [0] Nichts würde sich ändern
        [one] 1 Einstellung würde sich ändern
       *[other] { $count } Einstellungen würden sich ändern
    }
restore-broken = Diese Fassung lässt sich jetzt nicht wiederherstellen
    .text = Eine Regel lehnt sie ab. Ändern Sie, was die Regel nennt, oder stellen Sie eine andere Fassung wieder her.
restore-nothing = Die Einstellungen sind dieselben wie damals.
restore-left-out = Diese lassen sich nicht wiederherstellen, weil Geheimnisse nie aufgehoben werden oder die Einstellung heute eine andere ist: { $fields }.
restore-button = { $count ->
        [one] 1 Einstellung wiederherstellen
       *[other] { $count } Einstellungen wiederherstellen
    }
restore-back = Zurück zum Verlauf

message-stale-kept = Öffnen Sie Configure noch einmal in OfficeRnD
    .title = Ihr Besuch ist zu Ende
    .what = Es wurde nichts gespeichert, aber es geht nichts verloren: Was Sie eingegeben haben, ist 24 Stunden lang aufgehoben, ohne Geheimnisse, und steht bereit, wenn Sie zurückkommen.
    .do-1 = Gehen Sie zurück nach OfficeRnD, Settings, Integrations.
    .do-2 = Wählen Sie <strong>Configure</strong> neben { $integration }.

## Entfernen, das auf Freigabe wartet

approval-question = { $remove ->
        [one] 1 von { $of } Mitgliedern entfernen?
       *[other] { $remove } von { $of } Mitgliedern entfernen?
    }
approval-heading-settled = { $remove } von { $of } Mitgliedern
approval-title = Entfernen von { $remove } freigeben
approval-lead = { $integration } möchte sie aus dem eigenen System entfernen. Ihr Schutz hat den Lauf angehalten, und es geschieht nichts, bis Sie entscheiden.
approval-asked = Gefragt am { $moment }
approval-would-go = Mitglieder, die gehen würden
approval-of = von { $of }, { $percent } %
approval-above = Standorte über dem Schutz
    .text = von { $count } in diesem Lauf
approval-guard = über { $percent } %
approval-within = innerhalb des Schutzes
approval-count = { $remove } von { $of } Mitgliedern ({ $percent } %)
approval-members = { $count ->
        [one] Zeigen, wer es ist
       *[other] Alle { $count } zeigen
    }
approval-more = { $count ->
        [one] und 1 weiteres, dessen Name nicht genannt wurde
       *[other] und { $count } weitere, deren Namen nicht genannt wurden
    }
approval-no-names = Ihre Namen wurden nicht genannt.
approval-final = Was entfernt ist, lässt sich von hier aus nicht zurückholen
    .text = Oft ist ein archivierter Tarif oder eine geleerte Zuordnung der Grund. War das ein Versehen, dann behalten Sie die Mitglieder, beheben Sie es und gleichen Sie noch einmal ab.
approval-yes = { $remove ->
        [one] Dieses Mitglied entfernen
       *[other] Diese { $remove } Mitglieder entfernen
    }
approval-no = Alle behalten
approval-csv = Die Liste als CSV
approval-back = Zurück zu den Einstellungen
approval-granted = Freigegeben am { $moment }.
approval-refused = Abgelehnt am { $moment }. Dieser Lauf hat niemanden entfernt.
approval-over = Die Frage hat sich erledigt: Ein späterer Lauf ist an die Stelle von diesem getreten, oder er wurde aufgegeben.
approval-notice = Der letzte Lauf würde { $remove } von { $of } Mitgliedern entfernen ({ $percent } %). Es geschieht nichts, bis Sie die Liste ansehen.
approval-look = Die Liste ansehen
