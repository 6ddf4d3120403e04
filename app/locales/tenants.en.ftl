
## The list of tenants

date-short = { $day } { $month }
tenants-lead = One row for each connection. The address of this page holds search, filters and order: copy it to share the view.
tenants-title-search = Search in tenants
tenants-title-state = { $state } – tenants
tenants-export = CSV of all { $count }
tenants-export-many = CSV of all of them
tenants-act = { $count ->
    [one] Act on this connection …
   *[other] Act on these { $shown } connections …
}
tenants-act-many = Act on all of them …
tenants-ignored = Left out of the address: { $names }
    .text = Nothing here goes by that name or that value. Everything else of the address counts.
tenants-too-short = One letter is too short to search for
    .text = Two letters find the beginning of a word, three and more any part of it.
tenants-none-yet = No tenant has connected yet
    .text = Each organization that presses Connect in OfficeRnD appears here, from the first page of the pop-up on.
    .link = Addresses to hand to OfficeRnD
tenants-found-none = No connection matches these filters
    .text = Search looks in names, slugs, ids, accounts and locations. Two letters find the beginning of a word.
    .all = Show all connections
    .search-all = Search without filters
tenants-page-gone = Nothing is on this page any more
    .text = Its connections have changed their place since. The list is still there.
    .first = To the first page
tenants-found-none-for = Nothing found for “{ $search }”
tenants-count = { $shown } of { $count }
tenants-count-many = { $shown } of more than { $count }
tenants-pages = Pages
tenants-previous = Previous
tenants-next = Next
tenants-table = Connections
tenants-caption = Connections, sorted by { $order }
tenants-column-organization = Organization
tenants-column-state = State
tenants-column-since = Since
tenants-column-integration = Integration
tenants-column-locations = Locations
tenants-column-success = Last good run
tenants-column-errors = Errors, 24 h
tenants-column-grant = Grant ends
tenants-column-revision = Revision
tenants-column-next = Next run
tenants-column-ids = Ids
tenants-all-locations = { $count } (all)
tenants-never = never
tenants-grant-refused = refused
tenants-grant-over = over
tenants-grant-in = { $days ->
    [0] today
    [one] in { $days } day
   *[other] in { $days } days
}
tenants-kept-until = data kept until { $day }
tenants-search = Search tenants
    .placeholder = Name, slug, id, account or location
    .button = Search
tenants-sort = Sort by
    .button = Sort
tenants-sort-trouble = state, trouble first
tenants-sort-organization = organization
tenants-sort-since = state, newest change first
tenants-sort-success = last good run, oldest first
tenants-sort-errors = errors of 24 hours
tenants-sort-grant = end of the grant
tenants-height = Row height
tenants-comfortable = Comfortable
tenants-compact = Compact
tenants-filter = Filter
    .chosen = { $state }, { $integration }
tenants-every-state = every state
tenants-every-integration = Every integration
tenants-all = All
tenants-filter-state = Filter by state
tenants-filter-integration = Filter by integration
tenants-filter-grant = Filter by the end of the grant
tenants-grant-any = Any end of the grant
tenants-grant-within = { $days ->
    [one] within { $days } day
   *[other] within { $days } days
}
tenants-filter-location = Only connections of { $location }.
    .end = All locations
tenants-location = Location (OfficeRnD’s id)
    .button = Filter
tenants-columns = Columns
    .button = Show these
tenants-views = Saved views
tenants-view-name = Name for this view
tenants-view-save = Save view
tenants-view-forget = Forget the view { $name }
tenants-view-no-name = Give the view a name.
tenants-view-too-long = A name has at most 60 letters.
tenants-view-too-many = There are 50 views already. Forget one first.

## The overview

overview-lead = { $now }. { $count ->
    [one] { $connections } connection
   *[other] { $connections } connections
} of { $organizations-count ->
    [one] { $organizations } organization
   *[other] { $organizations } organizations
}.
outage-vendor = { $integration }: no good answer for { $count ->
    [one] { $count } connection
   *[other] { $count } connections
} since { $since }
outage-officernd = OfficeRnD, seen by { $integration }: no good answer for { $count ->
    [one] { $count } connection
   *[other] { $count } connections
} since { $since }
outage-like = All of them got the same answer: “{ $like }”.
outage-text = Nothing is lost: changes wait and are sent when it answers. Admins see “Vendor outage” and nobody is asked to connect again.
outage-show = { $count ->
    [one] Show the { $count } connection
   *[other] Show the { $count } connections
}
outage-acknowledge = I am on it
outage-on-it = { $name } is on it since { $at }
outage-nobody = Nobody is on it yet.
outage-oldest = Oldest failure: { $hours } h { $minutes } min ago.
outage-oldest-days = Oldest failure: { $days } d { $hours } h ago.
overview-states = Connections by state
    .hint = Each number opens the list behind it
overview-of-all = { $percent } % of { $count } connections
overview-todo = Someone must act
overview-todo-all = All, trouble first
overview-todo-none = Nobody has to do anything.
overview-todo-admin = The admin’s turn since { $since }
overview-todo-partner = Our turn since { $since }
overview-todo-nobody = Since { $since }
overview-todo-places = { $troubled } of { $count ->
    [one] { $count } location
   *[other] { $count } locations
}.
overview-open = Open
overview-cause-login-refused = OfficeRnD no longer accepts our login.
overview-cause-open-steps = Connected, but the set-up is not finished.
overview-cause-overlap = Another connection covers its locations.
overview-cause-removal-guard = A run would remove more people than the limit allows.
overview-cause-settings = Some settings cannot work as they are.
overview-cause-failures = The last run had failures.
overview-cause-settings-and-failures = Settings do not work in one place and runs fail in another.
overview-cause-hooks = No good run, and the partner system does not answer the sync hook.
overview-cause-late = No good run for more than twice the interval.
overview-cause-other = It needs a look.
overview-due = Runs out soon
overview-due-none = Nothing runs out within 14 days.
overview-due-grant = Grant of
    .then = OfficeRnD refuses it already: its admin has to connect again now.
overview-due-key = API key { $name }
overview-due-secret = The old secret of the endpoint at { $host }
overview-due-alert-secret = The old secret of the webhook of alerts at { $host }
overview-keys-endless = { $count ->
    [one] { $count } API key never expires.
   *[other] { $count } API keys never expire.
}
overview-keys-unused = { $count ->
    [one] { $count } API key was not used for 90 days.
   *[other] { $count } API keys were not used for 90 days.
}
overview-endpoints = Endpoints that do not listen
overview-endpoint-failing = { $host } fails since { $since }; { $waiting ->
    [one] { $waiting } event waits
   *[other] { $waiting } events wait
}.
overview-endpoint-disabled = { $host } was switched off after failing; { $waiting ->
    [one] { $waiting } event waits
   *[other] { $waiting } events wait
} since { $since }.
overview-integrations = Integrations, last 24 hours
    .caption = Each integration in the last 24 hours
overview-no-integrations = There is no manifest yet.
overview-connections = Connections
overview-good = Good runs
overview-failed-runs = Failed runs
overview-webhooks = Webhooks
overview-waiting = Waiting
overview-revision = revision { $revision }
overview-no-manifest = no manifest any more
overview-failed = Failed runs today
overview-failed-summary = { $failed } of { $runs } runs
overview-failed-most = { $count } of them { $integration }
overview-failed-none = Every run of today was good.
overview-failed-no-runs = No run has ended today.
overview-failed-chart = Failed runs per hour today
overview-failed-described = Between { $least } and { $most } an hour.
overview-failed-numbers = In numbers
overview-failed-hour = { $hour }: { $count }
overview-budget = Token budget
overview-budget-of = of { $limit } requests a minute are needed
overview-budget-used = { $used } in the last minute.
overview-budget-carries = It keeps about { $carries } connections alive; there are { $grants }. A person who is connecting goes first.
overview-budget-enough = Enough for the next months.
overview-budget-until = Not enough from { $day } on.
overview-budget-unlimited = Token requests are not limited.
overview-way = From Connect to first run
    .days = last 30 days
overview-way-opened = Opened Connect
overview-way-authorized = Authorized
overview-way-set-up = Account linked
overview-way-saved = First save
overview-way-ran = First good run
overview-way-none = Nobody has opened Connect in this time.
overview-way-stopped = { $count ->
    [one] { $count } stopped before the account was linked.
   *[other] { $count } stopped before the account was linked.
}
overview-way-show = Show them
overview-way-all = Everybody who authorized has linked an account.
staff-did-outage-taken = Looks after a vendor outage
activity-outage-acknowledged = Somebody looks after the vendor outage
