## Ein Kunde, und Handlungen mit einem oder vielen

tenant-a-button = Eine Schaltfläche für die Verwaltung
tenant-account = Konto
tenant-act-disconnect = Trennen
tenant-act-explain = Mitglied oder Buchung erklären
tenant-act-export = Alle Daten mitnehmen
tenant-export-about = Von jeder Verbindung die neuesten 10.000 Einträge und Notizen und 1.000 Läufe; die Datei sagt, wo es mehr waren. Namen sind verdeckt, solange Sie sie nicht sehen wollten.
tenant-act-link = Link zum erneuten Verbinden
tenant-act-links = Links zum erneuten Verbinden, als Datei
tenant-act-note = Nur eine Notiz hinterlassen
tenant-act-pause = Abgleich anhalten
tenant-act-purge = Alle Daten jetzt löschen
tenant-act-refresh = Anmeldung bei OfficeRnD jetzt erneuern
tenant-act-resume = Abgleich fortsetzen
tenant-act-run = Jetzt abgleichen
tenant-act-since = Ereignisse seit einem Zeitpunkt erneut senden
tenant-act-unmask = Namen zeigen; das wird mit Ihrem Namen festgehalten
tenant-acts = Handeln
tenant-again = nächster Versuch { $moment }
tenant-all = Alle
tenant-all-locations = Alle Standorte, auch neue
tenant-all-runs = Alle Läufe
tenant-attempts = { $count ->
        [one] 1 Versuch
       *[other] { $count } Versuche
    }
tenant-back = Zurück zur Verbindung
tenant-bulk = { $count ->
        [one] Mit 1 Verbindung handeln
       *[other] Mit { $count } Verbindungen handeln
    }
tenant-bulk-acts = Handlungen mit vielen
tenant-bulk-by = Angeordnet von { $name }, { $moment }.
tenant-bulk-caption = Was mit jeder Verbindung geschah
tenant-bulk-do = { $count ->
        [one] Für diese 1 Verbindung ausführen
       *[other] Für diese { $count } Verbindungen ausführen
    }
tenant-bulk-ended = Vorbei: { $done } von { $count } Verbindungen sind erledigt.
tenant-bulk-going = läuft noch
tenant-bulk-latest = Letzte Handlungen mit vielen
tenant-bulk-line = von { $name }, { $count ->
        [one] 1 Verbindung
       *[other] { $count } Verbindungen
    }
tenant-bulk-more = und { $count } weitere
tenant-bulk-nobody = Wählen Sie zuerst Verbindungen: Filtern Sie die Liste der Kunden und handeln Sie mit dem, was sie zeigt.
tenant-bulk-of = { $act }: { $count ->
        [one] 1 Verbindung
       *[other] { $count } Verbindungen
    }
tenant-bulk-progress = { $done } von { $count } Verbindungen sind erledigt.
tenant-bulk-reload = Laden Sie diese Seite neu, um den Stand zu sehen. Es geht von selbst weiter, auch nach einem Neustart.
tenant-bulk-spread = Es geschieht nach und nach, damit weder OfficeRnD noch das Partnersystem überrannt wird. Auf der nächsten Seite lässt es sich abbrechen; was erledigt ist, bleibt.
tenant-bulk-stop = Den Rest abbrechen
tenant-bulk-too-many = { $count } Verbindungen sind zu viele für eine Handlung: höchstens { $most }. Grenzen Sie die Liste zuerst ein.
tenant-by-default-row = durch die Zeile für alle anderen
tenant-calls = Aufrufe bei OfficeRnD, letzte 24 Stunden
tenant-calls-broken = OfficeRnD gestört
tenant-calls-caption = Aufrufe bei OfficeRnD nach Stunde und Ergebnis
tenant-calls-limited = Begrenzt
tenant-calls-nobody = Ohne Antwort
tenant-calls-ok = Gut
tenant-calls-refused = Abgelehnt
tenant-calls-summary = { $count ->
        [one] 1 Aufruf
       *[other] { $count } Aufrufe
    }; { $limited ->
        [one] 1 traf
       *[other] { $limited } trafen
    } auf das Limit ({ $percent } %).
tenant-cause-both = An { $count } von { $of } Standorten passen Einstellungen nicht oder Läufe scheitern.
    .act = Die Einstellungen werden in Configure berichtigt; was gescheitert ist, sagt der letzte Lauf.
tenant-cause-failures = Läufe melden Fehler an { $count } von { $of } Standorten.
    .act = Sehen Sie sich die Gründe des letzten Laufs an, beheben Sie sie in Ihrem System und gleichen Sie erneut ab.
tenant-cause-guard = Der letzte Lauf würde { $remove } von { $members } Mitgliedern entfernen, deshalb wartet er.
    .act = Nichts wird entfernt, bis jemand die Liste ansieht und zustimmt.
tenant-cause-hooks = Der letzte gute Lauf liegt länger zurück als zwei Intervalle, und Ihr System antwortet nicht auf den Hook „sync“.
    .act = Bringen Sie in Ordnung, was hinter dem Hook steht; die Zustellungen sagen, was es antwortet. Starten Sie dann einen Lauf.
tenant-cause-late = Der letzte gute Lauf liegt länger zurück als zwei Intervalle.
    .act = Prüfen Sie, ob Ihr System antwortet, und gleichen Sie dann jetzt ab.
tenant-cause-login-refused = OfficeRnD nimmt unsere Anmeldung für { $organization } nicht mehr an.
    .act = Wer in OfficeRnD erneut Connect wählt, gibt uns eine neue Anmeldung. Ein Link zum erneuten Verbinden zeigt, wie.
tenant-cause-none = Anmeldung und Läufe sind in Ordnung.
    .act = Nichts zu tun.
tenant-cause-open-steps = Die Einrichtung wurde begonnen und nicht beendet.
    .act = Configure in OfficeRnD macht weiter, wo es aufgehört hat.
tenant-cause-outage = { $vendor } antwortet vielen Organisationen gleichermaßen nicht.
    .act = Es geht weiter, sobald { $vendor } wieder antwortet. Niemand muss neu verbinden. Es endet von selbst mit den nächsten guten Läufen.
tenant-cause-overlap = Eine andere Verbindung deckt einige ihrer Standorte schon ab.
    .act = Eine der beiden muss in OfficeRnD entfernt werden oder weniger Standorte abdecken.
tenant-cause-paused = { $by } hat den Abgleich angehalten.
    .act = Setzen Sie ihn fort, wenn der Grund entfallen ist.
tenant-cause-removed = Sie wurde getrennt. Einstellungen und Verlauf bleiben bis { $until }.
    .act = Um sie wieder zu nutzen, wählt die Verwaltung in OfficeRnD Connect.
tenant-cause-settings = An { $count } von { $of } Standorten können Einstellungen nicht wirken.
    .act = Sie werden in Configure berichtigt, das jede Stelle nennt.
tenant-cause-switched-off = Die Verwaltung hat den Abgleich in OfficeRnD ausgeschaltet.
    .act = Nur sie schaltet ihn wieder ein.
tenant-changed = Geändert
tenant-checked = geprüft { $moment }
tenant-connection = Verbindung
tenant-connections = Verbindungen
tenant-connections-caption = { $count ->
        [one] 1 Verbindung
       *[other] { $count } Verbindungen
    }
tenant-created = Angelegt
tenant-decided-by = Entschieden von
tenant-deliveries = Zustellungen
tenant-delivery-arrived = Angekommen
tenant-delivery-dead = Aufgegeben
tenant-delivery-waiting = Wartet
tenant-differ = Abweichende Einstellungen
tenant-disconnect = { $integration } von { $organization } trennen?
tenant-disconnect-days = Tage, die Daten bleiben
tenant-disconnect-final = Die Anmeldung wird sofort vernichtet. Das lässt sich nicht rückgängig machen.
    .act = Um { $integration } wieder zu nutzen, muss die Verwaltung von { $organization } in OfficeRnD Connect wählen. Anhalten stoppt Läufe und behält die Anmeldung.
tenant-disconnect-guarded = Ihr System zählt { $count }, die offen blieben.
    .act = Trennen geht, sobald es keine mehr zählt. Es hat sich nichts geändert.
tenant-disconnect-unknown = Ihr System sagt gerade nicht, ob etwas offen bliebe.
tenant-disconnect-kept = Einstellungen und Verlauf, dann werden sie gelöscht
tenant-disconnect-locations = werden nicht mehr abgeglichen
tenant-do-it = Ausführen und festhalten
tenant-done = Erledigt
tenant-ended = Beendet
tenant-event = Ereignis
tenant-events-gone = Keine Ereignisse mehr
tenant-explain-asks = Geben Sie die OfficeRnD-Kennung eines Mitglieds oder einer Buchung ein, dann wird { $integration } gefragt, welche Einstellungen dort gelten und warum. Darunter stehen die geltenden Einstellungen, jede mit ihrer Herkunft.
tenant-explain-button = Erklären
tenant-explain-ours = Das System von { $integration } beantwortet solche Fragen nicht. Wählen Sie einen Standort, um die dort geltenden Einstellungen zu sehen, jede mit ihrer Herkunft.
tenant-explain-says = { $integration } sagt
tenant-explain-settings = An diesem Standort geltende Einstellungen
tenant-explain-subject = Mitglied oder Buchung
tenant-explain-subject-help = Die Kennung bei OfficeRnD, wie sie dort in der Adresse der Seite steht.
tenant-fact-account = Kennung des Kontos
tenant-fact-connection = Kennung der Verbindung
tenant-fact-installation = Integrationskennung bei OfficeRnD
tenant-fact-officernd-id = Organisationskennung bei OfficeRnD
tenant-fact-organization = Kennung der Organisation
tenant-fact-region = Adresse bei OfficeRnD
tenant-fact-revision = Manifest-Revision
tenant-fact-slug = Kürzel bei OfficeRnD
tenant-fact-version = Stand der Einstellungen
tenant-facts = Fakten
tenant-failed = Gescheitert
tenant-fault = Wessen Fehler
tenant-fault-integration = der Integration
tenant-fault-officernd = von OfficeRnD
tenant-fault-partner = des Partners
tenant-filter-kind = Art
tenant-filter-window = Zeitraum
tenant-from-default = Vorgabe
tenant-from-location = von { $location }
tenant-from-locations = vom Standort
tenant-from-organization = von der Organisation
tenant-grant = Erlaubnis von OfficeRnD
tenant-grant-access = Token gut bis
tenant-grant-alive = Gültig
tenant-grant-ends = Endet ohne Erneuerung
tenant-grant-failures = { $count ->
        [one] 1 Fehlschlag
       *[other] { $count } Fehlschläge
    } in Folge ({ $what })
tenant-grant-gone = Sie endete mit der Verbindung.
tenant-grant-granted = Erteilt
tenant-grant-renewed = Zuletzt erneuert
tenant-grant-state = Stand
tenant-grant-trouble = Störung
tenant-grant-unused = noch nicht
tenant-grant-used = Zuletzt genutzt
tenant-group-all = Alles
tenant-group-connection = Verbindungen und Zugänge
tenant-group-notes = Notizen
tenant-group-received = Von OfficeRnD
tenant-group-runs = Läufe
tenant-group-sent = An das Partnersystem
tenant-group-settings = Einstellungen
tenant-group-staff = Vom Team
tenant-group-states = Zustände
tenant-held = Dieser Lauf würde { $remove } von { $of } Mitgliedern entfernen
tenant-held-approve = Zustimmen und { $remove } Mitglieder entfernen
tenant-held-count = { $remove } von { $of } Mitgliedern würden gehen.
tenant-held-final = Nach der Zustimmung werden die { $remove } von { $of } im nächsten Lauf entfernt. Auch die Verwaltung kann in Configure entscheiden.
tenant-held-granted = Zugestimmt { $moment }.
tenant-held-list = Die Liste als Datei
tenant-held-open = Er wartet auf eine Entscheidung.
tenant-held-over = Ein späterer Lauf hat ihn ersetzt.
tenant-held-refuse = Ablehnen, niemanden entfernen
tenant-held-refused = Abgelehnt { $moment }.
tenant-hook-count = Hook { $hook } kam { $count ->
        [one] einmal
       *[other] { $count }-mal
    } an
tenant-hook-misanswered = Hook { $hook } wurde { $count ->
        [one] einmal
       *[other] { $count }-mal
    } so beantwortet, dass wir es nicht verwenden können
tenant-hook-unanswered = Hook { $hook } blieb { $count ->
        [one] einmal
       *[other] { $count }-mal
    } ohne Antwort
tenant-hour = Stunde
tenant-idle = Derzeit nicht in Gebrauch; der Wert bleibt.
tenant-keep = Daten behalten
tenant-kept-unread = Aufbewahrt, nicht lesbar
tenant-last-good = letzter guter Lauf { $moment }
tenant-last-good-run = Letzter guter Lauf
tenant-lasted = { $seconds } Sek.
tenant-lasted-less = unter 1 Sek.
tenant-link = Link zum Verbinden
tenant-link-about = Er öffnet eine Seite, die der Verwaltung von { $organization } zeigt, wie sie { $integration } erneuert. Wer ihn hat, kann diese Schritte tun; senden Sie ihn nur der Verwaltung.
tenant-link-another = Neuen Link machen; dieser endet
tenant-link-made = Der Link ist fertig
tenant-link-make = Link machen
tenant-link-once = Er steht nur dieses eine Mal hier.
tenant-link-until = Er gilt bis { $moment } und für einen Abschluss.
tenant-lists-old = { $integration } antwortet gerade nicht; Namen sind die zuletzt bekannten.
tenant-location = Standort
tenant-locations = Standorte
tenant-locations-caption = Zustand jedes Standorts
tenant-login-gone = Keine Anmeldung mehr
tenant-look-run = Die Liste ansehen
tenant-masked = Namen sind verkürzt.
tenant-masked-addresses = E-Mail-Adressen sind verkürzt.
tenant-message = Meldung
tenant-moment-event = Ereignis für das Partnersystem: { $kind }
tenant-moment-hook = Hook { $kind } – { $state }
tenant-moment-notice = Meldung: { $incident } – { $state }
tenant-moment-notice-over = Meldung, dass es vorbei ist: { $incident } – { $state }
tenant-moment-received = Webhook von OfficeRnD: { $kind }
tenant-moment-run = Lauf, { $reason }: { $state }
tenant-moment-unreadable = Ein Webhook von OfficeRnD, der nicht lesbar ist
tenant-newest = Neueste
tenant-next = nächster { $moment }
tenant-no-calls = Das Partnersystem hat in den letzten 24 Stunden nichts für diese Verbindung abgerufen.
tenant-no-good-run = noch kein guter Lauf
tenant-no-locations = OfficeRnD hat noch keine Standorte genannt.
tenant-no-run = noch kein Lauf
tenant-no-runs = Noch kein Lauf. Der erste kommt nach der Einrichtung oder wenn jemand jetzt abgleicht.
tenant-nobody-hears = Kein Endpunkt hört es
tenant-none-received = OfficeRnD hat für diese Verbindung noch keine Ereignisse gesendet.
tenant-none-sent = Es ist noch nichts geschehen, was das Partnersystem erfährt.
tenant-not-ended = noch nicht
tenant-not-yours = Ihre Rolle darf das ansehen und nicht ausführen.
tenant-note = Notiz für das Team
tenant-note-by = { $name } am { $moment }
tenant-note-edit = Notiz ändern
tenant-note-edited = geändert { $moment }
tenant-note-save = Notiz speichern
tenant-notes = Notizen
tenant-nothing-happened = Nichts davon in diesem Zeitraum.
tenant-nothing-reported = Das Partnersystem hat dazu noch nichts gemeldet.
tenant-older = Ältere
tenant-open-section = Diesen Abschnitt öffnen
tenant-others = Alle anderen
tenant-outcome = Ergebnis
tenant-outcome-asked = Die Anmeldung wird bald erneuert, der Reihe nach.
tenant-outcome-already = Es war schon so.
tenant-outcome-disconnected = Sie ist getrennt.
tenant-outcome-done = Erledigt
tenant-outcome-finish-set-up = Die Einrichtung ist nicht beendet.
tenant-outcome-fresh = Die Anmeldung kam vor weniger als einer Minute und muss nicht erneuert werden.
tenant-outcome-nothing = Es gab nichts zu tun.
tenant-outcome-off = Der Abgleich ist aus. Setzen Sie ihn zuerst fort oder fragen Sie die Verwaltung.
tenant-outcome-reconnect = Zuerst muss OfficeRnD die Erlaubnis erneut erteilen.
tenant-outcome-stopped = Abgebrochen, bevor sie an der Reihe war
tenant-outcome-too-many = Mehr als 5.000 Ereignisse: Wählen Sie einen späteren Zeitpunkt.
tenant-outcome-unavailable = OfficeRnD antwortet nicht oder das Limit ist erschöpft. Versuchen Sie es in einer Minute erneut.
tenant-outcome-under-way = Ein Lauf ist schon unterwegs.
tenant-outcome-waiting = Zuerst wartet ein Lauf auf Zustimmung.
tenant-page-of = { $page } – { $whose }
tenant-place-failing = Läufe scheitern seit { $date }
tenant-place-good = In Ordnung
tenant-place-settings = Einstellungen wirken nicht seit { $date }
tenant-place-unknown = Noch nichts gemeldet
tenant-purge = Alles von { $integration } für { $organization } löschen?
tenant-purge-activities = Einträge im Verlauf
tenant-purge-final = Es wird sofort gelöscht und lässt sich nicht zurückholen.
tenant-purge-first = Sie arbeitet noch: Trennen Sie sie zuerst.
tenant-purge-last = Es ist die letzte Verbindung von { $organization }, deshalb wird auch die Organisation gelöscht.
tenant-purge-notes = Notizen gelöscht
tenant-purge-otherwise = Sonst geschieht das von selbst am { $date }.
tenant-purge-runs = Läufe gelöscht
tenant-purge-settings = Werte von Einstellungen
tenant-rather-pause = Behalten; lieber anhalten
tenant-reason = Grund
tenant-reason-help = Steht im Verlauf mit Ihrem Namen; das Team liest ihn, die Organisation nicht. Nötig fürs Anhalten, fürs erneute Senden und als Text einer Notiz.
tenant-reason-needed = Steht im Verlauf mit Ihrem Namen; das Team liest ihn, die Organisation nicht.
tenant-reason-was = Grund: { $reason }
tenant-reasons = Gründe
tenant-received = Webhooks von OfficeRnD
tenant-received-at = Empfangen
tenant-received-caption = Letzte Webhooks von OfficeRnD
tenant-refused = { $count ->
        [one] Noch ist nichts geschehen: 1 Angabe fehlt
       *[other] Noch ist nichts geschehen: { $count } Angaben fehlen
    }
tenant-removed = Entfernt
tenant-renewed = erneuert { $moment }
tenant-replay = Erneut senden
tenant-result = Ergebnis
tenant-run = Lauf
tenant-run-by-admin = von der Verwaltung angefordert
tenant-run-by-officernd = in OfficeRnD angefordert
tenant-run-by-schedule = nach Plan
tenant-run-by-staff = vom Team angefordert
tenant-run-caption = Was der Lauf an jedem Standort tat
tenant-run-failed = Gescheitert
tenant-run-good = Gut
tenant-run-good-but = Gut, mit Lücken
tenant-run-lapsed = Nie beendet
tenant-run-of = Lauf vom { $moment }
tenant-run-partial = Teilweise gut
tenant-run-refused = Abgelehnt
tenant-run-running = Unterwegs
tenant-run-superseded = Durch einen späteren ersetzt
tenant-run-waiting = Wartet auf Zustimmung
tenant-runs = Läufe
tenant-runs-caption = Letzte Läufe
tenant-runs-file = Alle Läufe als Datei
tenant-said-disconnect = Getrennt. Die Anmeldung ist vernichtet.
    .undo = Um sie wieder zu nutzen, wählt die Verwaltung in OfficeRnD Connect.
tenant-said-edit = Die Notiz ist geändert.
tenant-said-fresh = Nichts zu erneuern: Diese Anmeldung kam vor weniger als einer Minute von OfficeRnD ({ $at }) und gilt bis { $until }.
tenant-said-note = Die Notiz ist für das Team da.
tenant-said-pause = Der Abgleich ist angehalten.
    .undo = Zum Rückgängigmachen wählen Sie Abgleich fortsetzen.
tenant-said-refresh = OfficeRnD hat eine neue Anmeldung gegeben. Sie gilt bis { $until }.
tenant-said-replay = Die Ereignisse sind wieder unterwegs.
    .undo = Endpunkte erkennen sie an ihren Kennungen und handeln einmal.
tenant-said-resume = Der Abgleich geht weiter.
    .undo = Zum Rückgängigmachen wählen Sie Abgleich anhalten.
tenant-said-run = Das Partnersystem wurde um einen Lauf gebeten.
    .undo = Ein angeforderter Lauf lässt sich nicht zurücknehmen; er erscheint unter Läufe.
tenant-said-unmask = Namen und Adressen werden Ihnen 15 Minuten lang gezeigt.
tenant-see-outage = Die Störung ansehen
tenant-see-settings = Einstellungen ansehen wie die Verwaltung
tenant-sent = Ereignisse und Hooks an das Partnersystem
tenant-sent-at = Seit
tenant-sent-caption = Letzte Ereignisse und Hooks mit ihren Zustellungen
tenant-settings = Einstellungen
tenant-since = Seit wann
tenant-skipped = Ausgelassen
tenant-state = Zustand
tenant-sync-paused = Von uns angehalten
tenant-these-locations = Nur diese Standorte
tenant-timeline = Was geschah
tenant-two-facts = Verbindung und Abgleich
tenant-type-name = Geben Sie zur Bestätigung „{ $organization }“ ein
tenant-unreadable = nicht lesbar
tenant-wanted-by = Gewünscht von
tenant-what = Was
tenant-who-admin = Die Verwaltung muss handeln.
tenant-who-nobody = Niemand muss handeln.
tenant-who-partner = Wir müssen handeln.
tenant-window-day = 24 Std.
tenant-window-ever = Immer
tenant-window-month = 30 Tage
tenant-window-week = 7 Tage
tenant-wrong-act = Wählen Sie, was geschehen soll
tenant-wrong-connections = Die Liste hat sich geändert oder ist zu lang: Sehen Sie sie erneut an
tenant-wrong-guarded = Ihr System lehnt es jetzt ab
tenant-wrong-name = Geben Sie den Namen der Organisation ein, wie er hier steht
tenant-wrong-reason = Sagen Sie warum, in höchstens 500 Zeichen
tenant-wrong-since = Wählen Sie einen vergangenen Zeitpunkt
tenant-zone = Zone und Währung
