
## Störungen: was sie sind und wie sie gemeldet werden

alerts-title = Meldungen
alerts-lead = Eine Störung für jedes Problem, so viele Organisationen es auch haben. Sie wird einmal gemeldet, und noch einmal, wenn sie vorbei ist.
alerts-linked = Aus Ihrem Link
alerts-linked-gone = Die Störung Ihres Links ist nicht mehr gespeichert
    .text = Sie hielt nicht an, oder sie ist seit mehr als 90 Tagen vorbei.
alerts-open = Jetzt offen
alerts-open-none = Es gibt keine Störung, die angehalten hat.
alerts-first = Insgesamt { $count }. Hier stehen { $listed }: zuerst die dringenden, dann die neuesten.
alerts-watched = Beobachtet
alerts-watched-help = Zu jung, um gemeldet zu werden. Was nicht anhält, wird vergessen.
alerts-closed = Vorbei
alerts-closed-none = Nichts in den letzten 90 Tagen.
alerts-what = Störung
alerts-when = Seit
alerts-who = Organisationen
alerts-told = Wer es erfuhr
alerts-over = Vorbei seit
alerts-urgent = Dringend
alerts-calm = Seit { $since } ist nichts davon übrig. Hält das an, ist sie vorbei.
alerts-relapses = { $count ->
    [one] Sie kam einmal zurück.
   *[other] Sie kam { $count } Mal zurück.
}
alerts-most = { $count ->
    [one] Höchstens { $count } zugleich.
   *[other] Höchstens { $count } zugleich.
}
alerts-see = Die Organisationen ansehen
alerts-see-one = Die Organisation ansehen
alerts-see-integration = Die Integration ansehen
alerts-take = Ich kümmere mich
alerts-taken = { $name } kümmert sich seit { $since }.
alerts-not-told = Niemand wurde benachrichtigt.
alerts-runbook = Was zu tun ist
alerts-grouped = { $how } Gruppierungsregel { $version }.
alerts-closed-recovered = Behoben
alerts-closed-merged = In einer größeren Störung aufgegangen
alerts-closed-set-aside = Beiseitegelegt: angehalten, entfernt oder inzwischen anders gestört
alerts-notice-mail = { $name }, per Mail
alerts-notice-webhook = der Webhook
alerts-notice-nobody = jemand, der nicht mehr da ist, per Mail
alerts-notice-opened = { $who } – { $state }
alerts-notice-recovered = { $who }, dass sie vorbei ist: { $state }
alerts-notice-digest = Tagesübersicht an { $who }: { $state }
alerts-notice-test = Probe an { $who }: { $state }
alerts-notice-waiting = geht { $at } hinaus
alerts-notice-again = kam nicht an ({ $trouble }), noch einmal { $at }
alerts-notice-sent = gesendet { $at }
alerts-notice-given-up = aufgegeben { $at } ({ $trouble })
alerts-notice-dropped = nicht gesendet: vorher vorbei oder nicht mehr gewünscht
alerts-mail-title = Mails an Sie
alerts-mail-off = Es ist kein Mailserver gesetzt (<strong>smtp__host</strong>), daher geht keine Mail hinaus.
alerts-mail-none = Nichts
alerts-mail-urgent = Dringendes und die Tagesübersicht
alerts-mail-each = Jede Störung und die Tagesübersicht
alerts-mail-choose = Was an { $email } geht
alerts-mail-save = Speichern
alerts-mail-others = { $count ->
    [0] Noch bekommt niemand Mails.
    [one] Eine Person bekommt Mails: { $names }.
   *[other] { $count } Personen bekommen Mails: { $names }.
}
alerts-webhook-title = Der Webhook
alerts-webhook-lead = Jede Meldung wird als JSON gesendet, signiert im Format der Standard Webhooks.
alerts-webhook-set = Meldungen gehen an { $host }.
alerts-webhook-none = Es ist kein Webhook gesetzt.
alerts-webhook-overlaps = Bis { $until } signiert sie auch das vorige Geheimnis.
alerts-webhook-url = Adresse
alerts-webhook-url-help = Nur https und öffentlich. Eine andere Adresse bekommt ein neues Geheimnis; das vorige signiert sofort nicht mehr.
alerts-webhook-url-wrong = Geben Sie eine ganze Adresse ein, etwa https://hooks.example.com/deskbridge, ohne Anmeldung darin.
alerts-webhook-refused = Diese Adresse ist von hier nicht zu erreichen, ist nicht https oder nicht öffentlich.
alerts-webhook-do = Webhook setzen
alerts-webhook-rotate = Neues Geheimnis
alerts-webhook-remove = Webhook entfernen
alerts-webhook-secret = Das Geheimnis des Webhooks
alerts-webhook-secret-label = Geheimnis
alerts-webhook-secret-help = Kopieren Sie es jetzt. Es wird nicht noch einmal gezeigt.
alerts-rules-title = Wann gemeldet wird
alerts-rules-one = Minuten, die eine Störung einer einzelnen Organisation anhalten muss
alerts-rules-many = Minuten für viele zugleich und für die Installation
alerts-rules-from = Sofort melden ab so vielen Organisationen
alerts-rules-from-help = Weniger stehen nur in der Tagesübersicht.
alerts-rules-zone = Zeitzone
alerts-rules-zone-help = Wie die Zonendatenbank sie nennt, etwa Europe/Amsterdam.
alerts-rules-quiet-from = Ruhezeit von
alerts-rules-quiet-until = Ruhezeit bis
alerts-rules-quiet-help = Volle Stunden, 0 bis 23. Was nicht dringend ist, wartet ihr Ende ab. Zweimal dieselbe Stunde heißt keine.
alerts-rules-digest = Stunde der Tagesübersicht
alerts-rules-digest-help = 0 bis 23. Leer für keine.
alerts-rules-language = Sprache der Meldungen
alerts-rules-save = Speichern
alerts-rules-number = Geben Sie eine ganze Zahl von { $least } bis { $most } ein.
alerts-rules-zone-wrong = Diese Zone gibt es nicht.
alerts-rules-read = { $one } min bei einer Organisation, { $many } min bei vielen. Sofort ab { $from }.
alerts-rules-read-quiet = Ruhe von { $from } bis { $until } ({ $zone }).
alerts-rules-read-digest = Tagesübersicht um { $hour } ({ $zone }).
alerts-test-title = Probe
alerts-test-lead = Sendet Ihnen eine Meldung per Mail und eine an den Webhook, soweit beide gesetzt sind.
alerts-test-do = Probemeldung senden
alerts-said-taken = Sie kümmern sich
    .text = Die anderen sehen das hier.
alerts-said-gone = Jemand war schneller, oder sie ist vorbei
    .text = Es wurde nichts geändert.
alerts-said-saved = Gespeichert
    .text = Es gilt für alles, was von nun an gemeldet wird.
alerts-said-removed = Der Webhook ist entfernt
    .text = Was auf ihn wartete, wird nicht gesendet.
alerts-said-tested = Eine Probemeldung ist unterwegs
    .text = Was daraus wurde, steht in wenigen Sekunden unten.
alerts-said-nowhere = Es gibt kein Ziel für eine Probe
    .text = Setzen Sie zuerst einen Mailserver oder einen Webhook.
alerts-grouping-outage = { $count ->
    [one] { $count } Organisation ist übrig von einem Ausfall: Fehler mit denselben Worten bei derselben Integration.
   *[other] { $count } Organisationen scheitern mit denselben Worten bei derselben Integration: ein Ausfall.
}
alerts-grouping-burst = { $count ->
    [one] { $count } Organisation ist übrig von vielen mit derselben Ursache bei derselben Integration, innerhalb einer Stunde.
   *[other] { $count } Organisationen mit derselben Ursache bei derselben Integration, innerhalb einer Stunde.
}
alerts-grouping-burst-day = { $count ->
    [one] { $count } Organisation ist übrig von vielen mit derselben Ursache bei derselben Integration, innerhalb eines Tages.
   *[other] { $count } Organisationen mit derselben Ursache bei derselben Integration, innerhalb eines Tages.
}
alerts-grouping-alone = Eine Organisation für sich: zu wenige andere hatten in derselben Stunde dieselbe Ursache.
alerts-grouping-alone-day = Eine Organisation für sich: zu wenige andere hatten am selben Tag dieselbe Ursache.
alerts-grouping-deployment = Es betrifft diese Installation, nicht einzelne Organisationen.
incident-title = { $count ->
    [0] { $what } – { $integration }
    [one] { $what }: { $count } Organisation bei { $integration }
   *[other] { $what }: { $count } Organisationen bei { $integration }
}
incident-runs-fail = Läufe scheitern
    .what = Die letzten Läufe scheiterten, ganz oder an einigen Standorten.
    .do = Sehen Sie die Gründe eines gescheiterten Laufs an, beheben Sie sie im eigenen System und starten Sie ihn neu.
incident-delayed = Läufe sind überfällig
    .what = Seit dem Doppelten des üblichen Abstands gelang kein Lauf.
    .do = Prüfen Sie, ob das eigene System den Hook sync annimmt und seine Läufe meldet.
incident-runs-lapse = Läufe werden nicht beendet
    .what = Ein Lauf wurde begonnen, und niemand meldete, wie er ausging.
    .do = Prüfen Sie, warum das eigene System den Lauf vergaß, und starten Sie ihn neu.
incident-reconnect = Anmeldung abgelehnt
    .what = OfficeRnD nimmt unsere Anmeldung nicht mehr an; nichts kann gelesen oder geändert werden.
    .do = Schicken Sie der Verwaltung einen Link zum Wiederverbinden. Sind es viele zugleich, fragen Sie zuerst OfficeRnD.
incident-settings = Einstellungen können nicht wirken
    .what = Einstellungen nennen etwas, das es nicht mehr gibt, oder verletzen eine Regel.
    .do = Die Verwaltung behebt sie unter Configure; die Seite der Organisation sagt, welche.
incident-approval = Läufe warten auf Freigabe
    .what = Ein Lauf würde mehr Personen entfernen, als die Grenze erlaubt. Bis dahin wird niemand entfernt.
    .do = Sehen Sie die Liste an. Warten viele zugleich, lehnen Sie ab und suchen Sie eine leere Antwort des eigenen Systems.
incident-subscription-lost = Bei OfficeRnD nicht abonniert
    .what = OfficeRnD verlor unser Abonnement und nahm seit mehr als einem Tag kein neues an; was sich dort ändert, erfahren wir nicht.
    .do = Sehen Sie im Protokoll, warum OfficeRnD es ablehnt. Fehlt die Berechtigung, verbindet die Verwaltung neu.
incident-hooks-fail = Hooks kommen nicht an
    .what = Das eigene System nimmt seine Hooks nicht an, oder einige wurden aufgegeben.
    .do = Prüfen Sie, ob es antwortet, und senden Sie dann das Aufgegebene noch einmal.
incident-endpoint-fails = Ereignisse kommen nicht an
    .what = Ein Empfänger nimmt seine Ereignisse nicht an; nach fünf Tagen voller Fehler wird er abgeschaltet.
    .do = Prüfen Sie, ob er antwortet, schalten Sie ihn wieder ein und senden Sie das Versäumte nach.
incident-client-refused = Client abgelehnt
    .what = OfficeRnD lehnt unsere Client-ID oder das Geheimnis ab; kein Token lässt sich erneuern.
    .do = Berichtigen Sie Client-ID oder Geheimnis im Manifest oder in der Variablen, die es nennt, und starten Sie neu. Die Anmeldungen bleiben bis dahin bestehen.
incident-budget-short = Das Token-Budget ist knapp
    .what = Binnen zwei Wochen müssen mehr Anmeldungen erneuert werden, als das Limit von OfficeRnD zulässt.
    .do = Bitten Sie OfficeRnD um ein höheres Limit und heben Sie refresh__requests_per_minute an.
incident-other = Etwas ist gestört
    .what = Eine neuere Version hat es gefunden.
    .do = Sehen Sie die Seite an.

## Meldungen per Mail

notice-subject = [Deskbridge] Störung: { $title }
notice-subject-over = [Deskbridge] Vorbei: { $title }
notice-subject-digest = [Deskbridge] Tagesübersicht: { $open } offen, { $over } vorbei
notice-subject-test = [Deskbridge] Probemeldung
notice-since = Seit { $since }.
notice-over = Sie ist vorbei. Sie dauerte von { $since } bis { $until }.
notice-grouped = { $how } (Gruppierungsregel { $version })
notice-digest-open = Offen:
notice-digest-over = Vorbei seit der letzten Übersicht:
notice-digest-line = - { $title }, seit { $since }
notice-digest-rest = { $count ->
    [one] - und eine weitere
   *[other] - und { $count } weitere
}
notice-test = Jemand hat eine Probemeldung bestellt. Wenn Sie sie lesen, kommen Meldungen hier an.
notice-why = Sie bekommen das, weil Sie es auf der Seite Meldungen gewählt haben. Dort können Sie es ändern.

## In the record

staff-did-incident-taken = Hat eine Störung übernommen
staff-did-alerts-rules-saved = Hat geändert, wann Störungen gemeldet werden
staff-did-alerts-webhook-set = Hat den Webhook für Meldungen gesetzt
staff-did-alerts-webhook-rotated = Hat dem Webhook für Meldungen ein neues Geheimnis gegeben
staff-did-alerts-webhook-removed = Hat den Webhook für Meldungen entfernt
staff-did-alerts-subscribed = Hat gewählt, welche Meldungen per Mail kommen
staff-did-alerts-tested = Hat eine Probemeldung bestellt
