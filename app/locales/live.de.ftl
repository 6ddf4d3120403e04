
## Seiten, die so bleiben, wie es gerade steht, und Tasten

live-at = { $clock } { $zone }
live-as-of = Stand { $at }
live-on = Aktuell
live-paused = Angehalten: Stand { $at }
live-lost = Nicht verbunden: Stand { $at }
live-ended = Abgemeldet: Stand { $at }. Laden Sie die Seite neu, um sich anzumelden.
live-pause = Laufende Aktualisierung anhalten
live-resume = Laufend aktualisieren
live-show = Neues anzeigen
live-waits = Es gibt Neues. Die Schaltfläche „Neues anzeigen“ zeigt es.
live-more = { $count ->
    [one] { $number } weitere Verbindung hat ein Problem
   *[other] { $number } weitere Verbindungen haben ein Problem
}
shortcuts-title = Tastenkürzel
shortcuts-search = Suchen
shortcuts-next = Nächste Zeile
shortcuts-previous = Vorige Zeile
shortcuts-enter = Den Kunden dieser Zeile öffnen
shortcuts-help = Diese Tasten zeigen
shortcuts-on = Einzelne Tasten wirken
    .hint = In diesem Browser gemerkt. Während Sie in ein Feld tippen, wirken sie nie.
shortcuts-close = Schließen
overview-budget-chart = Anfragen an OfficeRnDs Token-Endpunkt in einer Minute
    .described = Nötig: { $needed }. In der letzten Minute verbraucht: { $used }. OfficeRnD erlaubt { $limit }.
    .needed = nötig
    .used = verbraucht
    .limit = Grenze { $limit }
overview-due-setting = { $field } von { $integration } bei
overview-oldest = Ältester Fehler, seit { $since }
