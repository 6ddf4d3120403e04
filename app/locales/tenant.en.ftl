## One tenant, and acts on one or many

tenant-a-button = A button of the administrator’s
tenant-account = Account
tenant-act-disconnect = Disconnect
tenant-act-explain = Explain a member or booking
tenant-act-export = Take all data out
tenant-export-about = Of each connection the newest 10,000 entries and notes and 1,000 runs; the file says where there were more. Names are masked unless you asked to see them.
tenant-act-link = Make a reconnect link
tenant-act-links = Make reconnect links, as a file
tenant-act-note = Only leave a note
tenant-act-pause = Pause synchronization
tenant-act-purge = Delete all data now
tenant-act-refresh = Renew OfficeRnD’s login now
tenant-act-resume = Resume synchronization
tenant-act-run = Run now
tenant-act-since = Send events again since a time
tenant-act-unmask = Show names; that is recorded with your name
tenant-acts = Act
tenant-again = next try { $moment }
tenant-all = All
tenant-all-locations = All locations, also new ones
tenant-all-runs = All runs
tenant-attempts = { $count ->
        [one] 1 attempt
       *[other] { $count } attempts
    }
tenant-back = Back to the connection
tenant-bulk = { $count ->
        [one] Act on 1 connection
       *[other] Act on { $count } connections
    }
tenant-bulk-acts = Acts on many
tenant-bulk-by = Ordered by { $name }, { $moment }.
tenant-bulk-caption = What was done with each connection
tenant-bulk-do = { $count ->
        [one] Do it for this 1 connection
       *[other] Do it for these { $count } connections
    }
tenant-bulk-ended = Over: { $done } of { $count } connections are done.
tenant-bulk-going = going on
tenant-bulk-latest = Latest acts on many
tenant-bulk-line = by { $name }, { $count ->
        [one] 1 connection
       *[other] { $count } connections
    }
tenant-bulk-more = and { $count } more
tenant-bulk-nobody = Choose connections first: filter the list of tenants and act on what it shows.
tenant-bulk-of = { $act }: { $count ->
        [one] 1 connection
       *[other] { $count } connections
    }
tenant-bulk-progress = { $done } of { $count } connections are done.
tenant-bulk-reload = Reload this page to see how it goes on. It goes on by itself, also after a restart.
tenant-bulk-spread = It is done a few at a time, so that neither OfficeRnD nor the partner system is flooded. You can stop it on the next page; what is done stays done.
tenant-bulk-stop = Stop what is left
tenant-bulk-too-many = { $count } connections are too many for one act: at most { $most }. Narrow the list first.
tenant-by-default-row = by the row for all others
tenant-calls = Calls to OfficeRnD, last 24 hours
tenant-calls-broken = OfficeRnD failed
tenant-calls-caption = Calls to OfficeRnD by hour and result
tenant-calls-limited = Limited
tenant-calls-nobody = No answer
tenant-calls-ok = Good
tenant-calls-refused = Refused
tenant-calls-summary = { $count ->
        [one] 1 call
       *[other] { $count } calls
    }; { $limited } met the rate limit ({ $percent } %).
tenant-cause-both = Settings cannot work or runs fail at { $count } of { $of } locations.
    .act = The settings are mended in Configure; the last run says what failed.
tenant-cause-failures = Runs report failures at { $count } of { $of } locations.
    .act = Look at the reasons of the last run, mend them in your system, then run again.
tenant-cause-guard = The last run would remove { $remove } of { $members } members, so it waits.
    .act = Nothing is removed until somebody looks at the list and approves.
tenant-cause-hooks = The last good run is older than twice the interval, and your system does not answer the sync hook.
    .act = Mend what stands behind the hook; the deliveries say what it answers. Then run now.
tenant-cause-late = The last good run is older than twice the interval.
    .act = Check that your system answers, then run now.
tenant-cause-login-refused = OfficeRnD no longer accepts our login for { $organization }.
    .act = Connect, chosen again in OfficeRnD, gives a new login. A reconnect link shows how.
tenant-cause-none = Login and runs are fine.
    .act = Nothing to do.
tenant-cause-open-steps = Set-up was begun and not finished.
    .act = Configure in OfficeRnD goes on where it stopped.
tenant-cause-outage = { $vendor } does not answer for many organizations alike.
    .act = It goes on once { $vendor } answers again. Nobody has to connect again. It ends by itself with the next good runs.
tenant-cause-overlap = Another connection already covers some of its locations.
    .act = One of the two has to be removed in OfficeRnD, or to cover fewer locations.
tenant-cause-paused = { $by } paused synchronization.
    .act = Resume it when the reason is gone.
tenant-cause-removed = It was disconnected. Settings and history are kept until { $until }.
    .act = To use it again, the administrator chooses Connect in OfficeRnD.
tenant-cause-settings = Settings cannot work at { $count } of { $of } locations.
    .act = They are mended in Configure, which names each.
tenant-cause-switched-off = The administrator switched synchronization off in OfficeRnD.
    .act = It is theirs to switch on again.
tenant-changed = Changed
tenant-checked = checked { $moment }
tenant-connection = Connection
tenant-connections = Connections
tenant-connections-caption = { $count ->
        [one] 1 connection
       *[other] { $count } connections
    }
tenant-created = Created
tenant-decided-by = Decided by
tenant-deliveries = Deliveries
tenant-delivery-arrived = Arrived
tenant-delivery-dead = Given up
tenant-delivery-waiting = Waits
tenant-differ = Settings that differ
tenant-disconnect = Disconnect { $integration } from { $organization }?
tenant-disconnect-days = Days that data are kept
tenant-disconnect-final = The login is destroyed at once. This cannot be undone.
    .act = To use { $integration } again, the administrator of { $organization } has to choose Connect in OfficeRnD. Pausing stops runs and keeps the login.
tenant-disconnect-guarded = Your system counts { $count } that would be left open.
    .act = It can be disconnected when it counts none. Nothing has changed.
tenant-disconnect-unknown = Your system does not say now whether anything would be left open.
tenant-disconnect-kept = settings and history, then they are deleted
tenant-disconnect-locations = stop being synchronized
tenant-do-it = Do it and record it
tenant-done = Done
tenant-ended = Ended
tenant-event = Event
tenant-events-gone = No events any more
tenant-explain-asks = Type the OfficeRnD id of a member or booking and { $integration } is asked which settings apply there and why. Below stand the settings in force, each with whose word it is.
tenant-explain-button = Explain
tenant-explain-ours = The system of { $integration } does not answer such questions. Choose a location to see the settings in force there, each with whose word it is.
tenant-explain-says = { $integration } says
tenant-explain-settings = Settings in force at this location
tenant-explain-subject = Member or booking
tenant-explain-subject-help = OfficeRnD’s id, as in the address of its page there.
tenant-fact-account = Account number
tenant-fact-connection = Connection number
tenant-fact-installation = OfficeRnD’s integration id
tenant-fact-officernd-id = OfficeRnD’s organization id
tenant-fact-organization = Organization number
tenant-fact-region = OfficeRnD’s address
tenant-fact-revision = Manifest revision
tenant-fact-slug = OfficeRnD’s short name
tenant-fact-version = Version of the settings
tenant-facts = Facts
tenant-failed = Failed
tenant-fault = Whose fault
tenant-fault-integration = the integration’s
tenant-fault-officernd = OfficeRnD’s
tenant-fault-partner = the partner’s
tenant-filter-kind = What
tenant-filter-window = How far back
tenant-from-default = default
tenant-from-location = from { $location }
tenant-from-locations = from the location
tenant-from-organization = from the organization
tenant-grant = OfficeRnD’s permission
tenant-grant-access = Token good until
tenant-grant-alive = Good
tenant-grant-ends = Ends without renewal
tenant-grant-failures = { $count ->
        [one] 1 failure
       *[other] { $count } failures
    } in a row ({ $what })
tenant-grant-gone = It ended with the connection.
tenant-grant-granted = Granted
tenant-grant-renewed = Last renewed
tenant-grant-state = State of it
tenant-grant-trouble = Trouble
tenant-grant-unused = not yet
tenant-grant-used = Last used
tenant-group-all = Everything
tenant-group-connection = Connects and logins
tenant-group-notes = Notes
tenant-group-received = From OfficeRnD
tenant-group-runs = Runs
tenant-group-sent = To the partner system
tenant-group-settings = Settings
tenant-group-staff = By staff
tenant-group-states = States
tenant-held = This run would remove { $remove } of { $of } members
tenant-held-approve = Approve and remove { $remove } members
tenant-held-count = { $remove } of { $of } members would go.
tenant-held-final = Once approved, the { $remove } of { $of } are removed in the next run. The administrator can also decide, in Configure.
tenant-held-granted = Approved { $moment }.
tenant-held-list = The list as a file
tenant-held-open = It waits for a word.
tenant-held-over = A later run took its place.
tenant-held-refuse = Refuse, remove nobody
tenant-held-refused = Refused { $moment }.
tenant-hook-count = Hook { $hook } arrived { $count ->
        [one] once
       *[other] { $count } times
    }
tenant-hook-misanswered = Hook { $hook } was answered in a way we cannot use { $count ->
        [one] once
       *[other] { $count } times
    }
tenant-hook-unanswered = Hook { $hook } was not answered { $count ->
        [one] once
       *[other] { $count } times
    }
tenant-hour = Hour
tenant-idle = Not in use at the moment; the value is kept.
tenant-keep = Keep the data
tenant-kept-unread = Kept, not readable
tenant-last-good = last good run { $moment }
tenant-last-good-run = Last good run
tenant-lasted = { $seconds } s
tenant-lasted-less = under 1 s
tenant-link = Reconnect link
tenant-link-about = It opens a page that tells the administrator of { $organization } how to renew { $integration }. Whoever has it can do these steps, so send it to the administrator and nobody else.
tenant-link-another = Make another link; this one ends
tenant-link-made = The link is ready
tenant-link-make = Make the link
tenant-link-once = It is shown here once.
tenant-link-until = It is good until { $moment } and for one completion.
tenant-lists-old = { $integration } does not answer now; names are those known last.
tenant-location = Location
tenant-locations = Locations
tenant-locations-caption = State of each location
tenant-login-gone = No login any more
tenant-look-run = Look at the list
tenant-masked = Names are masked.
tenant-masked-addresses = E-mail addresses are masked.
tenant-message = Message
tenant-moment-event = Event for the partner system: { $kind }
tenant-moment-hook = Hook { $kind }: { $state }
tenant-moment-notice = Notice: { $incident } – { $state }
tenant-moment-notice-over = Notice that it is over: { $incident } – { $state }
tenant-moment-received = Webhook from OfficeRnD: { $kind }
tenant-moment-run = Run, { $reason }: { $state }
tenant-moment-unreadable = A webhook from OfficeRnD that cannot be read
tenant-newest = Newest
tenant-next = next { $moment }
tenant-no-calls = The partner system has called nothing of this connection in the last 24 hours.
tenant-no-good-run = no good run yet
tenant-no-locations = OfficeRnD has told no locations yet.
tenant-no-run = no run yet
tenant-no-runs = No run yet. The first comes after set-up, or when somebody chooses Run now.
tenant-nobody-hears = No endpoint hears it
tenant-none-received = OfficeRnD has sent no events for this connection yet.
tenant-none-sent = Nothing has happened yet that the partner system is told.
tenant-not-ended = not yet
tenant-not-yours = Your role may look at this and not do it.
tenant-note = Note for colleagues
tenant-note-by = { $name }, { $moment }
tenant-note-edit = Change the note
tenant-note-edited = changed { $moment }
tenant-note-save = Save the note
tenant-notes = Notes
tenant-nothing-happened = Nothing of this kind in this time.
tenant-nothing-reported = The partner system has reported nothing of it yet.
tenant-older = Older
tenant-open-section = Open this section
tenant-others = All others
tenant-outcome = Outcome
tenant-outcome-asked = Its login is renewed soon, in its turn.
tenant-outcome-already = It was so before.
tenant-outcome-disconnected = It is disconnected.
tenant-outcome-done = Done
tenant-outcome-finish-set-up = Set-up is not finished.
tenant-outcome-fresh = Its login came less than a minute ago and needs no renewal.
tenant-outcome-nothing = There was nothing to do.
tenant-outcome-off = Synchronization is off. Resume it first, or ask the administrator.
tenant-outcome-reconnect = OfficeRnD’s permission has to be given again first.
tenant-outcome-stopped = Stopped before its turn
tenant-outcome-too-many = More than 5,000 events: choose a later time.
tenant-outcome-unavailable = OfficeRnD does not answer or its limit is spent. Try again in a minute.
tenant-outcome-under-way = A run is under way already.
tenant-outcome-waiting = A run waits for approval first.
tenant-page-of = { $page } – { $whose }
tenant-place-failing = Runs fail since { $date }
tenant-place-good = In order
tenant-place-settings = Settings cannot work since { $date }
tenant-place-unknown = Nothing reported yet
tenant-purge = Delete everything of { $integration } for { $organization }?
tenant-purge-activities = Entries of the record
tenant-purge-final = It is deleted at once and cannot be brought back.
tenant-purge-first = It still works: disconnect it first.
tenant-purge-last = It is the last connection of { $organization }, so the organization is deleted too.
tenant-purge-notes = Notes deleted
tenant-purge-otherwise = Otherwise this happens by itself on { $date }.
tenant-purge-runs = Runs deleted
tenant-purge-settings = Values of settings
tenant-rather-pause = Keep it; pause instead
tenant-reason = Reason
tenant-reason-help = Stands in the record with your name; colleagues read it, the organization does not. Needed for a pause, for sending again, and as the text of a note.
tenant-reason-needed = Stands in the record with your name; colleagues read it, the organization does not.
tenant-reason-was = Reason: { $reason }
tenant-reasons = Reasons
tenant-received = Webhooks from OfficeRnD
tenant-received-at = Received
tenant-received-caption = Latest webhooks from OfficeRnD
tenant-refused = { $count ->
        [one] Nothing is done yet: 1 answer needs fixing
       *[other] Nothing is done yet: { $count } answers need fixing
    }
tenant-removed = Removed
tenant-renewed = renewed { $moment }
tenant-replay = Send again
tenant-result = Result
tenant-run = Run
tenant-run-by-admin = asked for by the administrator
tenant-run-by-officernd = asked for in OfficeRnD
tenant-run-by-schedule = by schedule
tenant-run-by-staff = asked for by staff
tenant-run-caption = What the run did at each location
tenant-run-failed = Failed
tenant-run-good = Good
tenant-run-good-but = Good, with some left out
tenant-run-lapsed = Never finished
tenant-run-of = Run of { $moment }
tenant-run-partial = Good in part
tenant-run-refused = Refused
tenant-run-running = Under way
tenant-run-superseded = Replaced by a later run
tenant-run-waiting = Waits for approval
tenant-runs = Runs
tenant-runs-caption = Latest runs
tenant-runs-file = All runs as a file
tenant-said-disconnect = Disconnected. The login is destroyed.
    .undo = To use it again, the administrator chooses Connect in OfficeRnD.
tenant-said-edit = The note is changed.
tenant-said-fresh = Nothing to renew: this login came from OfficeRnD less than a minute ago ({ $at }) and is good until { $until }.
tenant-said-note = The note is there for your colleagues.
tenant-said-pause = Synchronization is paused.
    .undo = To undo it, choose Resume synchronization.
tenant-said-refresh = OfficeRnD gave a new login. It is good until { $until }.
tenant-said-replay = The events are on their way again.
    .undo = Receivers know them by their ids and act once.
tenant-said-resume = Synchronization goes on.
    .undo = To undo it, choose Pause synchronization.
tenant-said-run = The partner system was asked for a run.
    .undo = A run that was asked for cannot be taken back; it appears under Runs.
tenant-said-unmask = Names and addresses are shown to you for 15 minutes.
tenant-see-outage = See the outage
tenant-see-settings = See the settings as the administrator does
tenant-sent = Events and hooks to the partner system
tenant-sent-at = Since
tenant-sent-caption = Latest events and hooks with their deliveries
tenant-settings = Settings
tenant-since = Since which time
tenant-skipped = Skipped
tenant-state = State
tenant-sync-paused = Paused by us
tenant-these-locations = These locations only
tenant-timeline = What happened
tenant-two-facts = Connection and synchronization
tenant-type-name = Type “{ $organization }” to confirm
tenant-unreadable = not readable
tenant-wanted-by = Wanted by
tenant-what = What
tenant-who-admin = The administrator has to act.
tenant-who-nobody = Nobody has to act.
tenant-who-partner = We have to act.
tenant-window-day = 24 hours
tenant-window-ever = Always
tenant-window-month = 30 days
tenant-window-week = 7 days
tenant-wrong-act = Choose what to do
tenant-wrong-connections = The list has changed or is too long: look at it again
tenant-wrong-guarded = Your system refuses it now
tenant-wrong-name = Type the name of the organization as it stands here
tenant-wrong-reason = Say why, in up to 500 characters
tenant-wrong-since = Choose a time that has passed
tenant-zone = Zone and currency
