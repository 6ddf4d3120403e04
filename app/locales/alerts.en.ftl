
## Incidents: what they are, and how they are told

alerts-title = Alerts
alerts-lead = One incident for each problem, however many organizations have it. It is told once, and once more when it is over.
alerts-linked = From your link
alerts-linked-gone = The incident of your link is no longer kept
    .text = It did not last, or it was over more than 90 days ago.
alerts-open = Open now
alerts-open-none = Nothing is wrong that has lasted.
alerts-first = { $count } in all. Listed are { $listed }: the urgent ones first, then the newest.
alerts-watched = Watched
alerts-watched-help = Too young to be told. What does not last is forgotten.
alerts-closed = Over
alerts-closed-none = Nothing in the last 90 days.
alerts-what = Incident
alerts-when = Since
alerts-who = Organizations
alerts-told = Who was told
alerts-over = Over since
alerts-urgent = Urgent
alerts-calm = Nothing of it is left since { $since }. It is over when that lasts.
alerts-relapses = { $count ->
    [one] It came back once.
   *[other] It came back { $count } times.
}
alerts-most = { $count ->
    [one] At most { $count } at once.
   *[other] At most { $count } at once.
}
alerts-see = See the organizations
alerts-see-one = See the organization
alerts-see-integration = See the integration
alerts-take = I am on it
alerts-taken = { $name } is on it since { $since }.
alerts-not-told = Nobody was told.
alerts-runbook = What to do
alerts-grouped = { $how } Grouping rule { $version }.
alerts-closed-recovered = Recovered
alerts-closed-merged = Became part of a larger incident
alerts-closed-set-aside = Set aside: paused, removed, or another trouble since
alerts-notice-mail = { $name }, by mail
alerts-notice-webhook = the webhook
alerts-notice-nobody = somebody who is gone, by mail
alerts-notice-opened = { $who }: { $state }
alerts-notice-recovered = { $who }, that it is over: { $state }
alerts-notice-digest = Digest to { $who }: { $state }
alerts-notice-test = Test to { $who }: { $state }
alerts-notice-waiting = goes out { $at }
alerts-notice-again = did not arrive ({ $trouble }), again { $at }
alerts-notice-sent = sent { $at }
alerts-notice-given-up = given up { $at } ({ $trouble })
alerts-notice-dropped = not sent: over before it was due, or no longer wanted
alerts-mail-title = Mails to you
alerts-mail-off = No mail server is set (<strong>smtp__host</strong>), so no mail is sent.
alerts-mail-none = Nothing
alerts-mail-urgent = What is urgent, and the digest
alerts-mail-each = Every incident, and the digest
alerts-mail-choose = What to send to { $email }
alerts-mail-save = Save
alerts-mail-others = { $count ->
    [0] Nobody gets mails yet.
    [one] One person gets mails: { $names }.
   *[other] { $count } people get mails: { $names }.
}
alerts-webhook-title = Webhook
alerts-webhook-lead = Each notice is posted as JSON, signed in the format of Standard Webhooks.
alerts-webhook-set = Notices are posted to { $host }.
alerts-webhook-none = No webhook is set.
alerts-webhook-overlaps = Until { $until } the secret before this one signs them, too.
alerts-webhook-url = Address
alerts-webhook-url-help = https only, and public. Another address gets a new secret; the one before stops signing at once.
alerts-webhook-url-wrong = Type a whole address such as https://hooks.example.com/deskbridge, without a login in it.
alerts-webhook-refused = This address cannot be reached from here, is not https, or is not public.
alerts-webhook-do = Set the webhook
alerts-webhook-rotate = New secret
alerts-webhook-remove = Remove the webhook
alerts-webhook-secret = The secret of the webhook
alerts-webhook-secret-label = Secret
alerts-webhook-secret-help = Copy it now. It is not shown again.
alerts-rules-title = When to tell
alerts-rules-one = Minutes that one organization’s trouble has to last
alerts-rules-many = Minutes for many at once, and for the deployment
alerts-rules-from = Tell at once from so many organizations
alerts-rules-from-help = Fewer are told in the digest only.
alerts-rules-zone = Time zone
alerts-rules-zone-help = As the zone database names it, such as Europe/Amsterdam.
alerts-rules-quiet-from = Quiet hours from
alerts-rules-quiet-until = Quiet hours until
alerts-rules-quiet-help = Full hours, 0 to 23. What is not urgent waits until they are over. The same hour twice means none.
alerts-rules-digest = Hour of the daily digest
alerts-rules-digest-help = 0 to 23. Empty for no digest.
alerts-rules-language = Language of notices
alerts-rules-save = Save
alerts-rules-number = Type a whole number from { $least } to { $most }.
alerts-rules-zone-wrong = There is no such zone.
alerts-rules-read = { $one } min for one organization, { $many } min for many. At once from { $from } on.
alerts-rules-read-quiet = Quiet from { $from } to { $until } ({ $zone }).
alerts-rules-read-digest = Digest at { $hour } ({ $zone }).
alerts-test-title = Test
alerts-test-lead = Sends one notice to you by mail and one to the webhook, as far as they are set.
alerts-test-do = Send a test notice
alerts-said-taken = You are on it
    .text = Colleagues see that here.
alerts-said-gone = Somebody was faster, or it is over
    .text = Nothing was changed.
alerts-said-saved = Saved
    .text = It holds for what is told from now on.
alerts-said-removed = The webhook is removed
    .text = What waited for it is not sent.
alerts-said-tested = A test notice is on its way
    .text = What became of it stands below in a few seconds.
alerts-said-nowhere = There is nowhere to send a test to
    .text = Set a mail server or a webhook first.
alerts-grouping-outage = { $count ->
    [one] { $count } organization is left of an outage: failures with the same words at the same integration.
   *[other] { $count } organizations fail with the same words at the same integration: an outage.
}
alerts-grouping-burst = { $count ->
    [one] { $count } organization is left of many with the same cause at the same integration, within an hour of each other.
   *[other] { $count } organizations with the same cause at the same integration, within an hour of each other.
}
alerts-grouping-burst-day = { $count ->
    [one] { $count } organization is left of many with the same cause at the same integration, within a day of each other.
   *[other] { $count } organizations with the same cause at the same integration, within a day of each other.
}
alerts-grouping-alone = One organization by itself: too few others had the same cause in the same hour.
alerts-grouping-alone-day = One organization by itself: too few others had the same cause on the same day.
alerts-grouping-deployment = It concerns this deployment, not single organizations.
incident-title = { $count ->
    [0] { $what }: { $integration }
    [one] { $what }: { $count } organization at { $integration }
   *[other] { $what }: { $count } organizations at { $integration }
}
incident-runs-fail = Runs fail
    .what = The last runs failed or failed at some locations.
    .do = Look at the reasons of a failed run, mend them in your own system, then run again.
incident-delayed = Runs are late
    .what = No run has succeeded for twice the usual interval.
    .do = See that your own system takes up the sync hook and reports its runs.
incident-runs-lapse = Runs are not finished
    .what = A run was started, and nobody reported how it went.
    .do = See why your own system forgot the run, then run again.
incident-reconnect = Login refused
    .what = OfficeRnD no longer accepts our login; nothing can be read or changed.
    .do = Send a reconnect link to the administrator. When many are refused at once, ask OfficeRnD first.
incident-settings = Settings cannot work
    .what = Settings name something that is not there any more, or break a rule.
    .do = The administrator mends them in Configure; the page of the organization says which.
incident-approval = Runs wait for approval
    .what = A run would remove more people than the guard allows. Nobody is removed meanwhile.
    .do = Look at the list. When many wait at once, refuse and look for an empty answer of your own system.
incident-subscription-lost = Not subscribed at OfficeRnD
    .what = OfficeRnD lost our subscription and did not take a new one for more than a day; what changes there is not heard.
    .do = See in the log why OfficeRnD refuses it. If the permission is missing, the administrator connects again.
incident-hooks-fail = Hooks do not arrive
    .what = Your own system does not take its hooks, or some were given up.
    .do = See that it answers, then send again what was given up.
incident-endpoint-fails = Events do not arrive
    .what = An endpoint does not take its events; after five days of failures it is disabled.
    .do = See that it answers, enable it again, and replay what it missed.
incident-client-refused = Client refused
    .what = OfficeRnD refuses our client id or secret; no token can be renewed.
    .do = Correct the client id or secret in the manifest, or in the variable that it names, and start again. Logins stay alive meanwhile.
incident-budget-short = Token budget is short
    .what = Within two weeks more logins have to be renewed than OfficeRnD’s limit allows.
    .do = Ask OfficeRnD for a higher limit and raise refresh__requests_per_minute.
incident-other = Something is wrong
    .what = A newer version found it.
    .do = Look at the page.

## Notices by mail

notice-subject = [Deskbridge] { $title }
notice-subject-over = [Deskbridge] Over: { $title }
notice-subject-digest = [Deskbridge] Digest: { $open } open, { $over } over
notice-subject-test = [Deskbridge] Test notice
notice-since = Since { $since }.
notice-over = It is over. It lasted from { $since } to { $until }.
notice-grouped = { $how } (grouping rule { $version })
notice-digest-open = Open:
notice-digest-over = Over since the last digest:
notice-digest-line = - { $title }, since { $since }
notice-digest-rest = { $count ->
    [one] - and one more
   *[other] - and { $count } more
}
notice-test = Somebody asked for a test notice. If you can read it, notices arrive here.
notice-why = You get this because you chose it on the page Alerts. You can change it there.

## In the record

staff-did-incident-taken = Took on an incident
staff-did-alerts-rules-saved = Changed when incidents are told
staff-did-alerts-webhook-set = Set the webhook of alerts
staff-did-alerts-webhook-rotated = Gave the webhook of alerts a new secret
staff-did-alerts-webhook-removed = Removed the webhook of alerts
staff-did-alerts-subscribed = Chose which alerts to get by mail
staff-did-alerts-tested = Asked for a test notice
