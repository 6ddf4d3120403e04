# Every text shown to people, in English.
#
# Voice: plain, second person, present tense. Say what happened, what stays safe, what to do next.
# A part (`.do-1`, `.what`) belongs to the page or state of its message. <strong> is the only markup.
# $integration is the partner's product, $organization the OfficeRnD customer.

## Frame

skip-link = Skip to the main content
page-title = { $page } – { $integration }
your-organization = Your organization
in-officernd = in OfficeRnD
return-to-officernd = Return to OfficeRnD
back-to-officernd = Back to OfficeRnD
go-to-officernd = Go to OfficeRnD
what-to-do = What to do
ask-again = Still here after a second try? Send this number to { $integration } support: <strong>{ $reference }</strong>
ask-with-reference = Number for support: <strong>{ $reference }</strong>
ask-for-help = Ask for help
ask-a-question = Ask a question
ask-at-last = Does that not help? Then ask { $integration } support:

## Lists, dates

list-next = { $head }, { $next }
list-and = { $head } and { $last }
list-or = { $head } or { $last }

date = { $day } { $month } { $year }
date-and-time = { $day } { $month } { $year }, { $time }
date-and-time-with-zone = { $day } { $month } { $year }, { $time } ({ $zone })
moment = { $weekday } { $day } { $month } { $year }, { $time } ({ $zone })
date-unknown = an unknown date
times-in-zone = Times are in { $zone }.
month = { $number ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
weekday = { $number ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }

## The nine states

state-connected = Connected
    .heading = { $integration } is connected
    .meaning = Both sides work
    .act = Nothing to do for you.
    .healthcheck = { $integration } is connected.
state-finish-set-up = Finish set-up
    .heading = Finish set-up of { $integration }
    .meaning = OfficeRnD is connected, { $integration } is not ready yet
    .act = It is your turn: finish set-up. Until then the connection waits, and nothing is lost.
    .healthcheck = Open Configure and finish set-up of { $integration }.
open-step-healthcheck = Open Configure and finish set-up of { $integration }. Next step: { $step }.
state-reconnect = Reconnect
    .heading = Reconnect { $integration }
    .meaning = OfficeRnD no longer accepts our login
    .act = It is your turn: choose Connect again in OfficeRnD. Settings and history are kept.
    .healthcheck = OfficeRnD no longer accepts our login{ $dated ->
        [yes] { " " }(since { $since })
       *[no] { "" }
    }. Choose Connect again in OfficeRnD.
state-delayed = Delayed
    .heading = { $integration } is behind
    .meaning = The login works, but the last good run is older than it should be
    .act = Nothing to do for you. { $integration } catches up by itself.
    .healthcheck = { $integration } is behind. The login works; it catches up by itself.
state-some-locations = Some locations
    .heading = Some locations of { $integration } need attention
    .meaning = Some locations are in trouble, the others are fine
    .act = Open a location to see which of its settings need fixing.
    .healthcheck = { $integration } has trouble at these locations. Open Configure to see what to do.
state-paused = Paused by you
    .heading = You paused { $integration }
    .meaning = Synchronization was switched off in OfficeRnD. The login is kept
    .act = Switch synchronization on in OfficeRnD when you want to go on.
    .healthcheck = You paused { $integration }. Switch synchronization on in OfficeRnD to go on.
state-paused-by-partner =
    .heading = { $integration } is paused
    .meaning = The people of { $integration } paused it. The login is kept
    .act = Nothing to do for you. Ask the support of { $integration } if you did not expect it.
state-waiting-for-approval = Waiting for approval
    .heading = { $integration } waits for your approval
    .meaning = The last run would remove more than your guard allows, so it stopped
    .act = It is your turn: nothing happens until you look at the list.
    .healthcheck = The last run of { $integration } would remove more than your guard allows. Open Configure and look at the list.
state-vendor-outage = Vendor outage
    .heading = { $integration } does not answer
    .meaning = { $integration } is in trouble for many organizations, not only yours
    .act = Nothing to do for you. Changes wait and are sent when it answers.
    .healthcheck = { $integration } does not answer{ $dated ->
        [yes] { " " }since { $since }
       *[no] { "" }
    }. Nothing to do for you; changes wait and are sent when it answers.
state-disconnected = Disconnected
    .heading = { $integration } is disconnected
    .healthcheck = { $integration } is disconnected.{ $kept ->
        [yes] { " " }Settings and history are kept until { $until }.
       *[no] { "" }
    } To use it again, choose Connect in OfficeRnD.

## Signed calls and API

signed-refused = This call is not signed as it must be, or is too old. Open the integration again in OfficeRnD; if that does not help, a clock may be wrong.
sync-disconnected = { $integration } is disconnected. Choose Connect in OfficeRnD, then switch synchronization.
sync-switch-unreadable = Say whether synchronization is on or off: true or false, on or off, 1 or 0, enabled or disabled. Nothing was changed.

## Connect: steps

steps-label = Steps
step-number = Step { $number }:
step-scope = Scope
step-review = Review
step-done = (done)
step-stopped = (stopped here)
title-step = Step { $number } of { $count }: { $step }
title-not-connected = Not connected: { $what }

## Connect: scope

connect-heading = Connect { $integration } to { $organization }
connect-title = Connect
connect-far-note = not connected yet
connect-lead = Check the organization and the locations. Nothing is connected before you choose Connect.
connect-lead-steps = Check the organization and the locations. Nothing is connected before you choose Continue.
connect-after = After Connect this window closes and OfficeRnD shows { $integration } as connected. You can disconnect at any time.
connect-after-steps = After Continue the connection exists and waits until set-up is finished. You can disconnect at any time.
connect-cancel = Cancel
connect-next = Connect
connect-continue = Continue
reconnect-heading = Reconnect { $integration } to { $organization }
reconnect-title = Reconnect
reconnect-far-note = waits for a new login
reconnect-lead = { $integration } is connected to this organization already. It gets a new login for OfficeRnD; settings and history stay as they are.
reconnect-after = After Reconnect this window closes and OfficeRnD shows { $integration } as connected.
reconnect-next = Reconnect

locations = Locations
locations-chosen-in-officernd = chosen in OfficeRnD
locations-all = All locations, { $count ->
        [0] none today
       *[other] { $count } today
    }
locations-some = { $count ->
        [one] 1 location
       *[other] { $count } locations
    }
locations-all-help = A location you open later joins by itself. To connect only some, choose Cancel and name them in OfficeRnD under Settings, Integrations.
locations-some-help = Only { $count ->
        [one] this one is
       *[other] these are
    } connected. To change that, choose Cancel and name others in OfficeRnD under Settings, Integrations.
locations-rule = A location you open later joins by itself.
locations-fixed = A location you open later does not join by itself.
locations-more = { $count ->
        [one] Show 1 more location
       *[other] Show { $count } more locations
    }
location-unknown = not known to OfficeRnD any more

covered-title = { $connections ->
        [one] The connection with account { $account } covers
       *[other] { $connections } connections with account { $account } cover
    } { $count ->
        [0] the same locations
        [one] 1 of these locations
       *[other] { $count } of these locations
    } already
covered-all = { $connections ->
        [one] The connection with account { $account } covers
       *[other] { $connections } connections with account { $account } cover
    } all locations already
covered-text = The connections then work side by side there. If this one is to replace another, choose Cancel and remove that one in OfficeRnD first.

covered-waits = Each location can have one connection only. This one would wait as Finish set-up until the other one is disconnected or covers other locations. If this one is to replace it, remove the other one in OfficeRnD first.
overlap-title = The connection with account { $account } covers some of these locations already
    .text = Each location can have one connection of { $integration } only, so this one waits. Disconnect the other one, or choose other locations for one of them in OfficeRnD; nothing that was entered here is lost.
overlap-healthcheck = The connection with account { $account } covers some of these locations already, and each location can have one connection of { $integration } only. Disconnect that one, or choose other locations.

may-heading = What { $integration } may do in OfficeRnD
may-read = Read { $things }
may-create = Create { $things }
may-update = Change { $things }
may-delete = Delete { $things }
may-create-update = Create and change { $things }
may-create-delete = Create and delete { $things }
may-update-delete = Change and delete { $things }
may-create-update-delete = Create, change and delete { $things }
may-be-told = Be told by OfficeRnD when something changes
may-read-everything = Read everything OfficeRnD knows about your organization
may-write-everything = Create, change and delete everything in your organization
may-not-change = It cannot change { $things }
may-not-change-anything = It cannot change anything in OfficeRnD
may-nothing = Nothing: it asked for no permission
may-verbatim = Also, in OfficeRnD’s own words: { $scope }

thing-members = members
thing-companies = companies
thing-memberships = memberships
thing-contracts = contracts
thing-checkins = check-ins
thing-fees = fees
thing-visits = visits
thing-visitors = visitors
thing-opportunities = opportunities
thing-bookings = bookings
thing-passes = day passes
thing-credits = credits
thing-coins = coins
thing-assignments = desk and office assignments
thing-locations = locations
thing-floors = floors
thing-resources = rooms
thing-resource-types = kinds of rooms
thing-amenities = amenities
thing-payments = invoices and payments
thing-charges = charges
thing-plans = plans
thing-resource-rates = prices of rooms
thing-tax-rates = tax rates
thing-revenue-accounts = revenue accounts
thing-payment-details = payment details
thing-tickets = tickets
thing-posts = posts
thing-events = events
thing-benefits = benefits
thing-organization = the organization’s own data
thing-integrations = integrations
thing-webhooks = subscriptions to events
thing-custom-properties = custom properties
thing-business-hours = business hours
thing-billing-settings = billing settings
thing-currencies = currencies
thing-invoices = invoices
thing-prices = prices

## Connect: waiting

waiting-busy = OfficeRnD is busy
    .title = OfficeRnD is busy
    .kept = Nothing is lost
    .what = OfficeRnD answers only a few connects a minute, and others are being connected now. Your place is kept for 24 hours.
    .do-1 = Wait a minute.
    .do-2 = Choose <strong>Continue</strong>. You do not have to start again.
    .button = Continue
waiting-down = OfficeRnD does not answer
    .title = OfficeRnD does not answer
    .kept = Nothing is lost and nothing was changed
    .what = OfficeRnD answers with errors or not at all. Your place is kept for 24 hours.
    .do-1 = Wait a few minutes.
    .do-2 = Choose <strong>Try again</strong>. You do not have to start again.
    .button = Try again
waiting-under-way = This takes longer than usual
    .title = still under way
    .kept = Nothing is lost
    .what = Your connect is still under way, or was interrupted. Your place is kept for 24 hours.
    .do-1 = Choose <strong>Continue</strong>. The window waits for what is under way, and what was interrupted goes on from where it stopped.
    .button = Continue

not-connected-note = not connected

## Steps of the partner

title-error = Error: { $page }
error-prefix = Error:
step-of = Step { $number } of { $count }
step-back = Back
step-later = Finish later
step-continue = Continue
step-again = Try again
step-refused = { $count ->
        [one] Nothing is saved yet: 1 entry needs fixing
       *[other] Nothing is saved yet: { $count } entries need fixing
    }
step-refused-by-partner = { $integration } did not accept these entries
field-locks = It cannot be changed once the connection works.
linked = Linked to { $account }
    .text = From now on { $integration } works with this account.
step-in-settings = You change this on the settings page, as soon as the set-up is finished.
partner-no-answer = { $integration } did not answer
    .kept = Your entries are kept; try again.
partner-bad-answer = { $integration } answered in a way we cannot use
    .kept = It is not your fault, and your entries are kept. Try again later; the people behind { $integration } can see what is wrong.
partner-declined = You did not allow it at { $integration }
    .kept = Nothing was linked, and your entries are kept. To go on, choose Try again and allow it there.
partner-not-signed-in = Signing in to { $integration } did not work
    .kept = { $integration } sent you back without a sign-in that counts. Nothing was linked, and your entries are kept; try again.
partner-too-late = Signing in to { $integration } took too long
    .kept = A sign-in counts for 30 minutes. Nothing was linked, and your entries are kept; try again.
sign-in-announced = Continue leads to the sign-in page of { $integration }, in this window. You come back here afterwards.
sign-in-goes = You are on your way to the sign-in page of { $integration }. If it does not open by itself, choose Continue.
sign-in-back = You come back here afterwards. { $integration } tells us that you allowed it; we never see your password.
field-optional = optional
field-only-with = Needed only when “{ $field }” is { $values }.
secret-kept = One is stored. Leave this empty to keep it.
host-port = Without a port it is { $port }.
switch-means = On: { $on }. Off: { $off }.
choice-none = None
choice-first = Choose
list-empty = The list is empty. What you look for may have to be added there first.
list-trouble = The list could not be loaded. Your entries are kept.
list-first = The list depends on { $field }. Choose that first, then Refresh list.
list-none-found = Nothing with that name was found.
list-cut = Only the first { $count } are shown.
list-search = Look for a name in { $field }
list-find = Search
list-more = Show more
list-refresh = Refresh list
list-again = Try again

mistake-missing = Enter { $field }
mistake-choose = Choose { $field }
mistake-confirm = Confirm: { $field }
mistake-too-short = { $field } needs at least { $count ->
        [one] 1 character
       *[other] { $count } characters
    }
mistake-too-long = { $field } may have at most { $count ->
        [one] 1 character
       *[other] { $count } characters
    }
mistake-bytes = { $field } is too long: at most { $count } bytes, and letters with accents take more than one
mistake-form = { $field } does not look as it must; check it letter by letter
mistake-form-like = { $field } has another form, for example { $example }
mistake-mail = Enter { $field }, not an e-mail address
mistake-number = { $field } must be a number
mistake-whole = { $field } must be a whole number
mistake-between = { $field } must be between { $from } and { $to }
mistake-at-least = { $field } must be { $from } or more
mistake-at-most = { $field } must be { $to } or less
mistake-step = { $field } goes up in steps of { $step }
mistake-decimals = { $field } may have { $count ->
        [0] no digits
        [one] 1 digit
       *[other] { $count } digits
    } after the point
mistake-address = { $field } must be a whole address that begins with { $schemes }
mistake-host = { $field } must be a host name or an address, perhaps with a port
mistake-private = { $field } must be reachable from the internet; this address is not
mistake-unknown-choice = Choose { $field } again: what was chosen is not offered any more
mistake-too-few = Choose at least { $count } of { $field }
mistake-too-many = Choose at most { $count } of { $field }
mistake-again = Enter { $field } again. We do not keep what did not work.
mistake-fixed = { $field } cannot be changed any more; reload this page to see what it is
mistake-bound = Enter { $field } again, since where it is sent has changed
mistake-unsaid = This entry was refused
mistake-time = { $field } must be a time such as 08:30
mistake-day = { $field } must be a day
mistake-day-between = { $field } must be from { $from } to { $to }
mistake-day-from = { $field } must be { $from } or later
mistake-day-to = { $field } must be { $to } or earlier
mistake-half = { $field }: a beginning or an end is missing
mistake-ends-before = { $field }: a period ends before it begins
mistake-closes = { $field }: { $day } closes when it opens. Enter a later closing time.
mistake-midnight = { $field }: { $day } closes before it opens. Here nothing may go on after midnight.
mistake-overlap-day = { $field }: two spans on { $day } overlap
mistake-overlap = { $field }: two periods overlap
mistake-line = { $field }, line { $line }: “{ $text }” does not look as it must
mistake-line-mail = { $field }, line { $line }: “{ $text }” is no e-mail address
mistake-line-domain = { $field }, line { $line }: “{ $text }” is no domain such as example.org
mistake-line-network = { $field }, line { $line }: “{ $text }” is no network such as 192.0.2.0/24
mistake-line-address = { $field }, line { $line }: “{ $text }” is no whole address
mistake-twice = { $field }: “{ $text }” stands there twice
mistake-increasing = { $field }: each number must be greater than the one before it
mistake-placeholder = { $field }: there is no placeholder { $name }
mistake-needs-placeholder = { $field } has to contain { $names }
mistake-one-line = { $field } must be one line
mistake-no-amount = Enter { $field } in { $currency }
mistake-not-here = { $field }: “{ $option }” is not offered here
mistake-locked = { $field } cannot be changed now
mistake-name = { $field }: that is not the name. Type it as it stands there.
mistake-undecided = Choose one value for { $field }
mistake-unknown = This form does not fit the page any more. Nothing was saved; open the page again.

review-heading = Ready to connect
review-ready = Every step is done
    .text = Nothing begins before you choose Connect.
review-next = What happens next
    .do-1 = Choose Connect. This window closes and OfficeRnD shows { $integration } as connected.
    .do-2 = Choose <strong>Configure</strong> beside { $integration } to see how it works, or to disconnect.
review-then = After Connect { $integration } begins to work, and OfficeRnD shows it as connected.
fact-yes = Yes
fact-no = No
fact-secret = Stored encrypted, never shown
fact-confirmed = Confirmed
fact-nothing = Nothing entered
card-set-up = Set-up
set-up-done = done
set-up-open = open
set-up-again = Another account was linked. What was chosen for the one before has to be chosen again; until then { $integration } works with that choice.
set-up-go-on = Finish set-up

## Connect: ends

finish-heading = { $integration } waits for set-up
finish-title = Finish set-up
finish-far-note = set-up not finished
linked-far-note = account { $account }
finish-notice = { $organization } is connected
    .text = The connection is kept and waits as Finish set-up, also when you close this window.
finish-open = Still open
finish-next = What happens next
    .do-1 = Choose Return to OfficeRnD.
    .do-2 = Choose <strong>Configure</strong> beside { $integration } and finish set-up there.
connected-heading = { $integration } is connected
connected-title = Connected
connected-far-note = connected
connected-notice = You chose Connect, and it worked
    .text = Only this window stayed open. You can close it.
connected-next = What happens next
    .do-1 = Choose Return to OfficeRnD. It shows { $integration } as connected.
    .do-2 = Choose <strong>Configure</strong> beside { $integration } to see how it works, or to disconnect.
declined-heading = You chose not to connect
declined-title = Not connected
declined-text = Nothing was connected, nothing was changed, and no login was kept.
declined-mistake = If that was a mistake
    .text = Return to OfficeRnD, choose <strong>Connect</strong> again, and then <strong>Allow</strong>.
declined-unsure = If you were not sure
    .text = You can disconnect at any time, and { $integration } may do no more than this:

## Connect: problems

problem-code-refused = This connect link has expired
    .title = the code has expired
    .kept = Nothing was connected and nothing was changed
    .what = OfficeRnD gives each connect link a short life, and it works once. This one was opened too late, or a second time by reloading.
    .do-1 = Close this window.
    .do-2 = In OfficeRnD open Settings, Integrations, { $integration }.
    .do-3 = Choose <strong>Connect</strong> again and finish within a few minutes.
    .again = Expired again at once? Then the clock of one of our computers may be wrong. Send this number to { $integration } support: <strong>{ $reference }</strong>
problem-code-used = This connect link was opened before
    .title = the link was used before
    .kept = Opening it again changed nothing
    .what = Each connect link belongs to the window that opened it first. Perhaps that window is still open.
    .do-1 = Look for the other window and go on there.
    .do-2 = Is it closed? Then return to OfficeRnD and choose <strong>Connect</strong> again.
problem-incomplete = OfficeRnD’s call was not complete
    .title = the call was not complete
    .kept = Nothing was connected and nothing was changed
    .what = The address does not say which organization or which integration to connect. That happens when it was copied or saved in parts.
    .do-1 = Close this window.
    .do-2 = In OfficeRnD open Settings, Integrations, { $integration }.
    .do-3 = Choose <strong>Connect</strong> there. It makes a complete link.
problem-expired = This window was open for too long
    .title = 24 hours have passed
    .kept = Nothing was connected, and the login we had is destroyed
    .what = A connect can be finished within 24 hours. This one is older.
    .do-1 = Return to OfficeRnD.
    .do-2 = Choose <strong>Connect</strong> again beside { $integration }.
problem-permission-missing = OfficeRnD let us in, but not far enough
    .title = a permission is missing
    .kept = Nothing was connected, and the login we had is destroyed
    .what = Connecting needs to read the organization, its locations and this integration. OfficeRnD refused one of them.
    .do-1 = Ask an OfficeRnD administrator who may change Settings, Integrations to sign in.
    .do-2 = Let them choose <strong>Connect</strong> again and allow what OfficeRnD asks.
problem-wrong-organization = The login belongs to another organization
    .title = the login is of another organization
    .kept = Nothing was connected in either organization
    .what = OfficeRnD’s call names one organization, but the login it gave opens another one.
    .do-1 = In OfficeRnD switch to the organization you want to connect.
    .do-2 = Choose <strong>Connect</strong> there, under Settings, Integrations.
problem-answer-lost = OfficeRnD’s answer did not reach us
    .title = OfficeRnD’s answer was lost
    .kept = Nothing was connected here
    .what = OfficeRnD failed after it had the code. A code works once, so we cannot ask with it again.
    .do-1 = Return to OfficeRnD and wait a few minutes.
    .do-2 = Choose <strong>Connect</strong> again. It brings a new code.
problem-client-refused = OfficeRnD does not know { $integration }
    .title = OfficeRnD refuses the integration
    .kept = Nothing was connected, and it is not your fault
    .what = OfficeRnD refused the integration’s own login, so nobody can connect it now. Only the people behind { $integration } can repair that.
    .do-1 = Send the number below to { $integration } support.
    .do-2 = Choose <strong>Connect</strong> again when they say that it is repaired.
    .again = Number for { $integration } support: <strong>{ $reference }</strong>
problem-region-refused = OfficeRnD sent us to an address we do not trust
    .title = an address was refused
    .kept = Nothing was connected, and your login was not sent there
    .what = OfficeRnD says where your organization is kept. This address is not one of those { $integration } may use.
    .do-1 = Send the number below to { $integration } support. They can allow the address if it is right.
    .do-2 = Choose <strong>Connect</strong> again when they answer.
    .again = Number for { $integration } support: <strong>{ $reference }</strong>
problem-secret-missing = OfficeRnD kept the integration’s key from us
    .title = the integration’s key is missing
    .kept = Nothing was connected, and the login we had is destroyed
    .what = OfficeRnD signs its calls with a key of this integration. Its answer held none, so we could not tell its calls from anybody else’s.
    .do-1 = Return to OfficeRnD and choose <strong>Connect</strong> again.
    .do-2 = If that ends here too, remove { $integration } in OfficeRnD, add it anew, and choose <strong>Connect</strong>.
problem-removed-meanwhile = { $integration } was removed in OfficeRnD
    .title = the integration was removed
    .kept = Nothing was connected, and the login we had is destroyed
    .what = Somebody removed it while this window was open.
    .do-1 = In OfficeRnD open Settings, Integrations and add { $integration } again.
    .do-2 = Choose <strong>Connect</strong>.

attempt-gone = This window has ended
    .title = This window has ended
    .what = A connect belongs to the browser that started it. This one was finished or cancelled, is older than 24 hours, or was started in another browser.
    .do-1 = Return to OfficeRnD, Settings, Integrations.
    .do-2 = Choose <strong>Connect</strong> again.
cookies = Does this come up each time, at once?
    .text = Then your browser blocks all cookies. Allow cookies for this address: one is needed, only while the page is open, and nobody else reads it.

## The connection’s page

desk-title = { $integration } for { $organization }
desk-account = Account { $account }
desk-connected-at = Connected on { $date }
desk-locations-all = For all locations
desk-locations = { $count ->
        [one] 1 location
       *[other] { $count } locations
    }: { $names }
since = since { $moment }
card-state = Connection and synchronization
fact-connection = Connection
fact-synchronization = Synchronization
fact-last-run = Last run
fact-events = Events from OfficeRnD
fact-organization = Organization
fact-address-name = Name in addresses
fact-account = Account
fact-connected = Connected
login-accepted = OfficeRnD accepts our login
login-refused = OfficeRnD refuses our login
sync-is-on = On
sync-is-off = Off
events-on = Subscribed
events-off = Not subscribed
    .text = We subscribe again once a day.
run-none = none yet
run-running = Running
run-succeeded = Good
run-partial = Good in part
run-failed = Failed
run-waiting-for-approval = Waiting for approval
run-refused = Refused
run-superseded = Replaced by a later one
run-lapsed = Never finished
run-last-good = Last good one on { $moment }
run-next = Next one on { $moment }
trouble-settings = Settings to look at
trouble-failures = The last run failed here
trouble-failed-at = The last run failed at { $places }.
run-other = Unknown
card-facts = Facts
copy-connection = Connection
    .help = Support asks for this number.
    .button = Copy
    .done = Copied
    .failed = Not copied: select the number and copy it.
card-acts = Change this connection
act-reconnect = Reconnect
    .text = When OfficeRnD no longer accepts our login. Settings and history stay.
act-account = Link the account again
    .text = When the login of { $integration } has changed. The steps of the set-up are asked again; until then the old one is used.
act-disconnect = Disconnect
    .text = You see what is kept and what is not before anything happens.
card-activity = What happened
activity-none = Nothing yet. Connects, runs and changes are listed here, newest first.

## Activity

activity-connected = Connected
activity-reconnected = Reconnected with a new login
activity-finish-set-up = Connected, set-up is not finished yet
activity-disconnected = Disconnected
activity-locations-changed = Locations changed
activity-state-changed = State changed
activity-attempt-failed = A connect did not succeed
activity-attempt-replaced = Another connect of this integration was finished later and is the one that counts
activity-grant-refreshed = Login for OfficeRnD renewed
activity-grant-revoked = OfficeRnD no longer accepted the login
activity-token-note = OfficeRnD’s answer with the login was unusual; it was used
activity-subscribed = Subscribed to events of OfficeRnD
activity-resubscribed = Subscribed to events of OfficeRnD again
activity-subscription-lost = OfficeRnD no longer had our subscription to events
activity-webhook-unreadable = OfficeRnD sent an event that could not be read; it is kept
activity-sync-on = Synchronization switched on
activity-sync-off = Synchronization switched off
activity-sync-requested = A run was asked for
activity-secret-renewed = OfficeRnD’s key for this integration was fetched again
activity-configure-opened = Configure was opened
activity-settings-changed = Settings changed
activity-settings-action = Button pressed
activity-settings-downloaded = File downloaded
activity-slug-changed = OfficeRnD gave the organization another name in addresses
activity-renamed = OfficeRnD renamed the organization
activity-partner-linked = Account linked
activity-partner-changed = Another account linked
activity-overlaps = Waits, since another connection covers some of the locations
activity-overlap-ended = No other connection covers these locations any more
activity-partner-not-told = { $integration } was not told; it did not answer for three days
activity-confirmed = Confirmed
activity-purged = Settings and history of { $integration } were deleted
activity-paused = Paused by the people of { $integration }
activity-resumed = { $integration } goes on after a pause
activity-first-success = First good run
activity-run-failed = A run failed
activity-run-lapsed = A run was never finished
activity-run-held = A run waits for approval
activity-approval-granted = Removals approved
activity-approval-refused = Removals refused
activity-from-to = From { $from } to { $to }
activity-would-remove = { $remove } of { $of } members
activity-other = Something else happened ({ $kind })
activity-number = Number for support: { $number }
activity-not-told-sync = That a run was asked for, or synchronization switched
activity-not-told-disconnected = That this connection has ended
activity-because-admin = Chosen on this page
activity-because-staff = by the people of the integration
activity-because-removed-in-officernd = The integration was removed there
activity-because-refused = It refused to renew it
activity-because-answer-lost = Its answer to the last renewal was lost
activity-because-no-refresh-token = It gave nothing to renew it with
activity-refresh-asked = Asked OfficeRnD for a new login at once
activity-replayed = Told { $integration } again what had happened
activity-repeated = Asked { $integration } once more for what it had not done
activity-note-added = Left a note for colleagues
activity-note-edited = Changed a note for colleagues
activity-unmasked = Looked at names and addresses
activity-explained = Asked which settings apply to somebody
activity-exported = Took data out as a file
actor-admin = an OfficeRnD administrator
actor-member = OfficeRnD member { $member }
actor-member-named = { $name } (OfficeRnD member { $member })
actor-officernd = OfficeRnD
actor-key = { $integration } (API key “{ $key }”)
actor-staff = a colleague at { $integration }
actor-automatic = by itself
activity-when = { $moment }, { $actor }

## Disconnected, reconnect, disconnect

disconnected-since = Since { $moment } the login is destroyed and events have stopped.
disconnected-kept = Settings and history are kept until { $date }
    .text = Until then they are used again when you connect. After that day they are deleted.
disconnected-next = To connect again
    .do-1 = In OfficeRnD open Settings, Integrations, { $integration }.
    .do-2 = Choose <strong>Connect</strong>.

reconnect-page-heading = Reconnect { $integration }
reconnect-page-title = Reconnect
reconnect-page-lead = Only OfficeRnD can start this, so the button is there.
reconnect-page-kept = Settings and history stay as they are
    .text = You get the same connection with a new login for OfficeRnD.
reconnect-page-steps = What to do
    .do-1 = Open OfficeRnD, Settings, Integrations.
    .do-2 = Choose <strong>Connect</strong> beside { $integration }.
    .do-3 = Check the organization in the window that opens, and choose <strong>Reconnect</strong>.
reconnect-page-open = Open OfficeRnD
reconnect-page-back = Back to the connection

disconnect-question = Disconnect { $integration } from { $organization }?
disconnect-title = Disconnect { $integration } from { $organization }?
disconnect-lead = Nothing has happened yet.
disconnect-locations = Locations that stop
    .text = events and synchronization end at once
disconnect-locations-all = all of them, also later ones
disconnect-members = Members are left as they are: we change nothing in { $integration }.
disconnect-days = Days settings and history are kept
    .text = then they are deleted, or sooner if you ask { $integration } for it
disconnect-export = Keep a copy of the settings:
disconnect-final = The login for OfficeRnD is destroyed and cannot be brought back
    .text = To use { $integration } again, choose Connect in OfficeRnD. Within { $days ->
        [one] 1 day
       *[other] { $days } days
    } your settings and history are still there.
disconnect-button = Disconnect { $integration } { $count ->
        [one] from 1 location
       *[other] from { $count } locations
    }
disconnect-keep = Keep it connected
disconnect-look-again = Look again
disconnect-held = { $integration } cannot be disconnected now
    .text = Nothing has changed. Look again when that is over.
disconnect-unknown = { $integration } does not say now whether anything would be left open.

## Messages outside a connection

message-not-found = There is nothing at this address
    .title = Page not found
    .what = The address may be mistyped, or you may not have access to what it names. We give the same answer in both cases, so that nobody can guess what exists.
    .do-1 = Are you an OfficeRnD administrator? Choose <strong>Configure</strong> beside the integration in OfficeRnD.
message-staff = Do you work for the people behind an integration?
message-overview = Go to the overview
message-unknown-integration = There is no integration at this address
    .title = Unknown integration
    .what = Nothing was connected and nothing was changed. The integration’s name in the address is mistyped, or it is no longer offered.
    .do-1 = Return to OfficeRnD, Settings, Integrations.
    .do-2 = If its <strong>Connect</strong> or <strong>Configure</strong> leads here again, tell the people behind the integration.
message-unreadable = This address cannot be read
    .title = Address not readable
    .what = It is too long, cut off, or holds signs that do not belong there. Nothing was connected and nothing was changed.
    .do-1 = Close this window.
    .do-2 = In OfficeRnD open Settings, Integrations and choose the button there again.
message-wrong-method = This page cannot be called that way
    .title = Call refused
    .what = The page exists, but not for this kind of call. Nothing was changed.
    .do-1 = Return to OfficeRnD and start again from Settings, Integrations.
message-too-many-codes = Too many connect links that do not work
    .title = Too many tries
    .what = Several links in a row from your network were refused, so we stopped asking OfficeRnD for a while. Nothing was connected and nothing was changed.
    .do-1 = Wait 10 minutes.
    .do-2 = In OfficeRnD choose <strong>Connect</strong> again and finish within a few minutes.
message-unavailable = We cannot answer right now
    .title = Not available
    .what = Our own storage does not answer. Nothing was changed, and it is not your fault.
    .do-1 = Wait a minute and reload this page.
    .do-2 = If it asks you to start again, choose the button in OfficeRnD once more.
message-stale-link = Open Configure again in OfficeRnD
    .title = This link has expired
    .what = The link that brought you here was good for one minute, or your visit has ended, so that nobody else can use it. Your settings are unchanged.
    .do-1 = Return to OfficeRnD, Settings, Integrations.
    .do-2 = Choose <strong>Configure</strong> beside { $integration }.
    .reloaded = Did you only reload the page or come back to it after a break? The same two steps help.
    .clock = Does it expire each time? Then a clock may be wrong, or your browser blocks all cookies. Allow cookies for this address: one is needed, only while the page is open.
message-sign-in-gone = This sign-in leads nowhere
    .title = Sign-in not known
    .what = A sign-in belongs to the browser and the window that it was started from, counts for 30 minutes, and works once. Nothing was linked and nothing was changed.
    .do-1 = If a window with the set-up is still open, go on there: choose <strong>Continue</strong> and sign in again.
    .do-2 = Otherwise return to OfficeRnD, Settings, Integrations, and choose <strong>Connect</strong> or <strong>Configure</strong> beside { $integration }.
message-gone = What was here is gone
    .title = No longer here
    .what = It was used, has ended, or was deleted after its time. Nothing was changed by opening it.
    .do-1 = Return to OfficeRnD, Settings, Integrations and start again there.
message-foreign-form = This form came from somewhere else
    .title = Form refused
    .what = Forms count only when they are sent from our own pages. Nothing was changed.
    .do-1 = Return to OfficeRnD and choose <strong>Configure</strong> or <strong>Connect</strong> there.
message-too-large = That was more than we read
    .title = Too large
    .what = The form or address is larger than anything our pages send. Nothing was changed.
    .do-1 = Return to OfficeRnD and start again from Settings, Integrations.
message-broken = Something went wrong on our side
    .title = Our fault
    .what = It is written down and will be looked at. What you did before stays as it was.
    .do-1 = Reload this page. If it comes up again, return to OfficeRnD and start again.
the-integration = the integration

# --- answers to machines that a person may read in OfficeRnD's or the partner's log
signed-wrong-method = Use GET for this address.
signed-unknown-integration = There is no integration at this address.
signed-unavailable = We cannot answer now. Try again in a few seconds.
webhook-wrong-method = Use POST for this address.
webhook-too-large = This delivery is larger than 1 MiB and was not read.
webhook-unsigned = This delivery is not signed by a subscription of ours, or is too old.

## What a button of the settings page answers in words of ours

action-too-soon = This was pressed a moment ago. Wait a little and press it again.
action-run-asked = A run was asked for. Its result is shown here once it is reported.
action-checked = Everything that is stored was accepted.
action-checked-typed = What is typed here was accepted. It is not saved yet.
action-typed-refused = What was typed then was not accepted. Nothing was saved by that.
action-not-asked = Nothing was checked, since an entry needs fixing first.
action-secret-again = Enter secrets again before you save: they do not stay on the page.
action-no-answer = { $integration } did not answer. Nothing was changed; try again.
action-bad-answer = { $integration } gave an answer that cannot be used. Nothing was changed; try again.
