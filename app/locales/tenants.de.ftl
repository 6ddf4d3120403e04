
## Die Liste der Kunden

date-short = { $day }. { $month }
tenants-lead = Eine Zeile je Verbindung. Die Adresse dieser Seite enthält Suche, Filter und Reihenfolge: Wer sie kopiert, teilt die Ansicht.
tenants-title-search = Suche bei den Kunden
tenants-title-state = { $state } – Kunden
tenants-export = CSV mit allen { $count }
tenants-export-many = CSV mit allen
tenants-act = { $count ->
    [one] Mit dieser Verbindung handeln …
   *[other] Mit diesen { $shown } Verbindungen handeln …
}
tenants-act-many = Mit allen handeln …
tenants-ignored = In der Adresse nicht beachtet: { $names }
    .text = Diesen Namen oder Wert gibt es hier nicht. Alles andere der Adresse gilt.
tenants-too-short = Ein Buchstabe ist zu kurz für eine Suche
    .text = Zwei Buchstaben finden den Anfang eines Worts, drei und mehr jeden Teil davon.
tenants-none-yet = Noch hat sich kein Kunde verbunden
    .text = Jede Organisation, die in OfficeRnD auf Connect drückt, erscheint hier, und zwar ab der ersten Seite des Fensters.
    .link = Adressen für OfficeRnD
tenants-found-none = Zu diesen Filtern gibt es keine Verbindung
    .text = Gesucht wird in Namen, Kürzeln, Kennungen, Konten und Standorten. Zwei Buchstaben finden den Anfang eines Worts.
    .all = Alle Verbindungen zeigen
    .search-all = Ohne Filter suchen
tenants-page-gone = Auf dieser Seite steht nichts mehr
    .text = Ihre Verbindungen haben inzwischen den Platz gewechselt. Die Liste ist noch da.
    .first = Zur ersten Seite
tenants-found-none-for = Nichts gefunden zu „{ $search }“
tenants-count = { $shown } von { $count }
tenants-count-many = { $shown } von mehr als { $count }
tenants-pages = Seiten
tenants-previous = Zurück
tenants-next = Weiter
tenants-table = Verbindungen
tenants-caption = Verbindungen, sortiert nach { $order }
tenants-column-organization = Organisation
tenants-column-state = Zustand
tenants-column-since = Seit
tenants-column-integration = Integration
tenants-column-locations = Standorte
tenants-column-success = Letzter guter Lauf
tenants-column-errors = Fehler, 24 h
tenants-column-grant = Erlaubnis endet
tenants-column-revision = Revision
tenants-column-next = Nächster Lauf
tenants-column-ids = Kennungen
tenants-all-locations = { $count } (alle)
tenants-never = nie
tenants-grant-refused = abgelehnt
tenants-grant-over = vorbei
tenants-grant-in = { $days ->
    [0] heute
    [one] in { $days } Tag
   *[other] in { $days } Tagen
}
tenants-kept-until = Daten bleiben bis { $day }
tenants-search = Kunden suchen
    .placeholder = Name, Kürzel, Kennung, Konto oder Standort
    .button = Suchen
tenants-sort = Sortieren nach
    .button = Sortieren
tenants-sort-trouble = Zustand, Ärger zuerst
tenants-sort-organization = Organisation
tenants-sort-since = Zustand, neueste Änderung zuerst
tenants-sort-success = letzter guter Lauf, ältester zuerst
tenants-sort-errors = Fehler der letzten 24 Stunden
tenants-sort-grant = Ende der Erlaubnis
tenants-height = Zeilenhöhe
tenants-comfortable = Bequem
tenants-compact = Eng
tenants-filter = Filtern
    .chosen = { $state }; { $integration }
tenants-every-state = jeder Zustand
tenants-every-integration = Jede Integration
tenants-all = Alle
tenants-filter-state = Nach Zustand filtern
tenants-filter-integration = Nach Integration filtern
tenants-filter-grant = Nach dem Ende der Erlaubnis filtern
tenants-grant-any = Jedes Ende der Erlaubnis
tenants-grant-within = { $days ->
    [one] innerhalb von { $days } Tag
   *[other] innerhalb von { $days } Tagen
}
tenants-filter-location = Nur Verbindungen von { $location }.
    .end = Alle Standorte
tenants-location = Standort (Kennung in OfficeRnD)
    .button = Filtern
tenants-columns = Spalten
    .button = Diese zeigen
tenants-views = Gespeicherte Ansichten
tenants-view-name = Name für diese Ansicht
tenants-view-save = Ansicht speichern
tenants-view-forget = Die Ansicht { $name } vergessen
tenants-view-no-name = Die Ansicht braucht einen Namen.
tenants-view-too-long = Ein Name hat höchstens 60 Buchstaben.
tenants-view-too-many = Es gibt schon 50 Ansichten. Erst eine vergessen.

## Die Übersicht

overview-lead = { $now }. { $count ->
    [one] { $connections } Verbindung
   *[other] { $connections } Verbindungen
} von { $organizations-count ->
    [one] { $organizations } Organisation
   *[other] { $organizations } Organisationen
}.
outage-vendor = { $integration }: keine gute Antwort für { $count ->
    [one] { $count } Verbindung
   *[other] { $count } Verbindungen
} seit { $since }
outage-officernd = OfficeRnD, gesehen von { $integration }: keine gute Antwort für { $count ->
    [one] { $count } Verbindung
   *[other] { $count } Verbindungen
} seit { $since }
outage-like = Alle bekamen dieselbe Antwort: „{ $like }“.
outage-text = Nichts geht verloren: Änderungen warten und werden gesendet, sobald wieder geantwortet wird. Die Verwaltung liest „Störung beim Anbieter“, und niemand wird gebeten, neu zu verbinden.
outage-show = { $count ->
    [one] Die { $count } Verbindung zeigen
   *[other] Die { $count } Verbindungen zeigen
}
outage-acknowledge = Ich bin dran
outage-on-it = { $name } ist dran seit { $at }
outage-nobody = Noch ist niemand dran.
outage-oldest = Ältester Fehler: vor { $hours } h { $minutes } min.
outage-oldest-days = Ältester Fehler: vor { $days } T { $hours } h.
overview-states = Verbindungen nach Zustand
    .hint = Hinter jeder Zahl steht die Liste
overview-of-all = { $percent } % von { $count } Verbindungen
overview-todo = Jemand muss etwas tun
overview-todo-all = Alle, Ärger zuerst
overview-todo-none = Niemand muss etwas tun.
overview-todo-admin = Die Verwaltung ist dran seit { $since }
overview-todo-partner = Wir sind dran seit { $since }
overview-todo-nobody = Seit { $since }
overview-todo-places = { $troubled } von { $count ->
    [one] { $count } Standort
   *[other] { $count } Standorten
}.
overview-open = Öffnen
overview-cause-login-refused = OfficeRnD nimmt unsere Anmeldung nicht mehr an.
overview-cause-open-steps = Verbunden, aber nicht fertig eingerichtet.
overview-cause-overlap = Eine andere Verbindung deckt ihre Standorte ab.
overview-cause-removal-guard = Ein Lauf würde mehr Leute entfernen, als die Grenze erlaubt.
overview-cause-settings = Einige Einstellungen können so nicht wirken.
overview-cause-failures = Beim letzten Lauf ging etwas schief.
overview-cause-settings-and-failures = An einem Ort passen Einstellungen nicht, an einem anderen scheitern Läufe.
overview-cause-hooks = Kein guter Lauf, und das System des Partners antwortet nicht auf den Hook „sync“.
overview-cause-late = Kein guter Lauf seit mehr als dem doppelten Abstand.
overview-cause-other = Da sollte jemand hinsehen.
overview-due = Läuft bald ab
overview-due-none = In den nächsten 14 Tagen läuft nichts ab.
overview-due-grant = Erlaubnis von
    .then = OfficeRnD lehnt sie schon ab: Die Verwaltung muss jetzt neu verbinden.
overview-due-key = API-Schlüssel { $name }
overview-due-secret = Das alte Geheimnis des Endpunkts bei { $host }
overview-due-alert-secret = Das alte Geheimnis des Webhooks für Meldungen bei { $host }
overview-keys-endless = { $count ->
    [one] { $count } API-Schlüssel läuft nie ab.
   *[other] { $count } API-Schlüssel laufen nie ab.
}
overview-keys-unused = { $count ->
    [one] { $count } API-Schlüssel wurde seit 90 Tagen nicht benutzt.
   *[other] { $count } API-Schlüssel wurden seit 90 Tagen nicht benutzt.
}
overview-endpoints = Endpunkte, die nicht zuhören
overview-endpoint-failing = { $host } scheitert seit { $since }; { $waiting ->
    [one] { $waiting } Ereignis wartet
   *[other] { $waiting } Ereignisse warten
}.
overview-endpoint-disabled = { $host } wurde nach Fehlern abgeschaltet; { $waiting ->
    [one] { $waiting } Ereignis wartet
   *[other] { $waiting } Ereignisse warten
} seit { $since }.
overview-integrations = Integrationen, letzte 24 Stunden
    .caption = Jede Integration in den letzten 24 Stunden
overview-no-integrations = Es gibt noch kein Manifest.
overview-connections = Verbindungen
overview-good = Gute Läufe
overview-failed-runs = Gescheiterte Läufe
overview-webhooks = Webhooks von OfficeRnD
overview-waiting = Wartend
overview-revision = Revision { $revision }
overview-no-manifest = kein Manifest mehr
overview-failed = Gescheiterte Läufe heute
overview-failed-summary = { $failed } von { $runs } Läufen
overview-failed-most = davon { $count } bei { $integration }
overview-failed-none = Jeder Lauf von heute war gut.
overview-failed-no-runs = Heute ist noch kein Lauf zu Ende gegangen.
overview-failed-chart = Gescheiterte Läufe je Stunde, heute
overview-failed-described = Zwischen { $least } und { $most } in der Stunde.
overview-failed-numbers = In Zahlen
overview-failed-hour = { $hour }: { $count }
overview-budget = Vorrat an Anmeldungen
overview-budget-of = von { $limit } Anfragen in der Minute werden gebraucht
overview-budget-used = { $used } in der letzten Minute.
overview-budget-carries = Er hält etwa { $carries } Verbindungen am Leben; es gibt { $grants }. Wer gerade verbindet, kommt zuerst.
overview-budget-enough = Reicht für die nächsten Monate.
overview-budget-until = Reicht ab { $day } nicht mehr.
overview-budget-unlimited = Anmeldungen sind nicht begrenzt.
overview-way = Vom Verbinden zum ersten Lauf
    .days = letzte 30 Tage
overview-way-opened = Verbinden geöffnet
overview-way-authorized = Erlaubt
overview-way-set-up = Konto verknüpft
overview-way-saved = Erstmals gespeichert
overview-way-ran = Erster guter Lauf
overview-way-none = Niemand hat in dieser Zeit Verbinden geöffnet.
overview-way-stopped = { $count ->
    [one] { $count } blieb stehen, bevor das Konto verknüpft war.
   *[other] { $count } blieben stehen, bevor das Konto verknüpft war.
}
overview-way-show = Zeigen
overview-way-all = Wer erlaubt hat, hat auch ein Konto verknüpft.
staff-did-outage-taken = Kümmert sich um eine Störung beim Anbieter
activity-outage-acknowledged = Jemand kümmert sich um die Störung beim Anbieter
