
# The settings page, in English. Voice and rules as in en.ftl.

## Numbers, lists, values

amount = { $currency } { $amount }
number-unit = { $number } { $unit }
list-comma = ,{ " " }
list-semicolon = ;{ " " }
names-more = and { $count } more
quoted = “{ $text }”
label-inside = { $head }: { $next }
one-of-several = { $field } { $number }
period = { $from } to { $to }
span = { $from } to { $to }
span-overnight = { $from } to { $to } the next day
to = to

unit-s = { $count ->
        [one] second
       *[other] seconds
    }
unit-min = { $count ->
        [one] minute
       *[other] minutes
    }
unit-h = { $count ->
        [one] hour
       *[other] hours
    }
unit-d = { $count ->
        [one] day
       *[other] days
    }
unit-w = { $count ->
        [one] week
       *[other] weeks
    }
unit-month = { $count ->
        [one] month
       *[other] months
    }

value-yes = Yes
value-no = No
value-nothing = Not set
value-none = None
value-empty = None, on purpose
value-time = { $time } ({ $zone })
value-no-amount = no amount in { $currency }
value-confirmed = Confirmed
value-not-confirmed = Not confirmed
value-all-of = All of: { $items }
value-any-of = Any of: { $items }
value-rows = { $count ->
        [one] 1 row
       *[other] { $count } rows
    }
value-unreadable = Saved in a form that this setting no longer has. Enter it again.

gone-missing = not there any more
gone-elsewhere = not at { $chosen }
gone-elsewhere-unknown = belongs to something else
gone-archived = archived in OfficeRnD

condition-is = “{ $field }” is { $values }
condition-contains = “{ $field }” has “{ $value }” in it
condition-on = “{ $field }” is on
condition-off = “{ $field }” is off
condition-not = not ({ $condition })

## The page

settings-for = Settings for { $location }
settings-for-all = Settings for all locations
settings-lead-all = What you set here counts at every location that does not say otherwise.
settings-lead-first = What you set here counts at every location. Later you can let single locations differ.
settings-lead-location = What you change here counts for { $location } only. Everything else follows the organization, today and when it changes.
settings-save = Save changes
settings-save-next = Save and go on
settings-preview = What would change?
settings-bar = Save
settings-discard = Discard changes
settings-trouble = { $integration } does not answer now
    .text = You can look at everything and change what needs no list. Names and lists are the last known ones.
about-connection = This connection

places = Settings for
place-all = All locations (organization)
sections = Sections
sections-here = On this page
section-number = { $number }.{ " " }
section-set = { $own } of { $all } set
section-differ = { $own ->
        [0] none of { $all } differs
        [one] 1 of { $all } differs
       *[other] { $own } of { $all } differ
    }
count-set = { $count ->
        [0] none set
       *[other] { $count } set
    }
count-differ = { $count ->
        [0] none differ
        [one] 1 differs
       *[other] { $count } differ
    }
count-errors = { $count ->
        [one] 1 problem
       *[other] { $count } problems
    }
count-warnings = { $count ->
        [one] 1 to look at
       *[other] { $count } to look at
    }
count-unsaved = { $count } unsaved
more = More
more-history = History of changes
more-csv = Export as CSV
more-json = Export as JSON
languages = Language
pager = Pages

legend-own = your own value here
legend-organization = follows the organization
legend-default = nobody has set it

bar-none = No unsaved changes
bar-unsaved = { $count ->
        [one] 1 unsaved change
       *[other] { $count } unsaved changes
    }
bar-wrong = Not saved, { $count } to fix
bar-failed = That did not work here; the page is loaded anew
applies-at = Applies with the next run at { $time }.
applies-next = Applies with the next synchronization, or Sync now.
applies-paused = Synchronization is paused. It applies when you switch it on again in OfficeRnD.
applies-told = { $integration } is told at once.

## A setting

setting-own = { $location } only
setting-set = Set here
setting-from-organization = From organization
setting-from-others = From the row for all others
setting-default = Default
setting-unsaved = Not saved yet
setting-same-for-all = Same for all locations
setting-each-location = Set per location
setting-set-at-locations = Each location has its own. Choose a location to set it.
setting-locked-for-all = Set for all locations
setting-change = Change
setting-change-here = Change here
setting-change-for-all = Change for all locations
setting-organization-value = Organization value: { $value }{ $same ->
        [same] { "" }, the same today.
       *[other] { "" }.
    }
setting-default-value = Default: { $value }{ $same ->
        [same] { "" }, the same today.
       *[other] { "" }.
    }
setting-reset = Reset to organization value
setting-reset-default = Reset to default
setting-reset-pending = Follows again once you save.
setting-take-back = Keep the own value
setting-mark = Set on { $date }
setting-mark-by = Set on { $date } by { $who }
setting-idle = Not in use
setting-only-when = Asked only when { $condition }.
setting-kept = Kept for later: { $value }
setting-differ = { $count ->
        [one] 1 location differs:
       *[other] { $count } locations differ:
    }

lock-connected = Fixed since you connected on { $date }. To use another value, disconnect and connect again.
lock-first-post = Fixed since { $integration } has posted the first document with it.
lock-after = Fixed by something that has happened in { $integration } ({ $fact }).
lock-payments = Cannot be changed while { $count ->
        [one] 1 payment is
       *[other] { $count } payments are
    } on the way at { $integration }.
lock-while = Cannot be changed while { $integration } is busy with it ({ $fact }).
lock-while-count = Cannot be changed while { $integration } is busy with it ({ $fact }: { $count }).
lock-not-known = Whether this can be changed now, only { $integration } knows, and it does not answer. Try again later.
lock-for-all = The organization has set this for all locations.
lock-excepted = The organization has set this for all locations, and lets this one differ.
lock-kept = What this location had is kept and not in force: { $value }
lock-set = Set for all locations
lock-end = Let locations differ again
lock-except = Let this location differ
lock-exceptions = These may differ:
lock-exception-add = Let single locations differ
lock-exception-end = No longer
lock-exception-location = Location that may differ: { $field }

finding-error = Error:
finding-warning = Warning:
finding-danger = Take care:
finding-info = Note:
finding-required = Not filled in yet: { $field }
finding-open-rows = { $count ->
        [one] Not filled in yet: { $rows }
       *[other] { $count } rows are not filled in yet: { $rows }
    }
finding-required-cells = { $count ->
        [one] A column has to be filled in at { $rows }
       *[other] A column has to be filled in at { $count } rows: { $rows }
    }
finding-default-row = The row for all others has to be filled in
finding-twice = { $count ->
        [one] The same is chosen twice at { $rows }
       *[other] The same is chosen in { $count } rows: { $rows }
    }
finding-dangling = { $count ->
        [one] { $rows } is not there any more, or belongs to something else
       *[other] { $count } choices are not there any more, or belong to something else: { $rows }
    }
finding-dangling-rows = { $count ->
        [one] { $rows } is not there any more; its row is kept
       *[other] { $count } rows are not there any more and are kept: { $rows }
    }
finding-no-amount = There is no amount in { $currency }
finding-no-amount-rows = There is no amount in { $currency } at { $rows }
finding-bound-to = This location sends it to another address than the organization ({ $fields }), so it has to be entered here
finding-exclusive = This location already uses { $other }, and only one of both can be active here
finding-other = This setting needs attention ({ $rule })

info-unknown = Not known yet
file-get = Download
file-type = File of the type { $type }
file-secret = It holds a secret. Each download is written down.
action-good = It worked
action-bad = It did not work
action-waits = Again from { $time }
ran-good = { $act }: done
ran-bad = { $act }: this did not work

## Controls

switch-off = Off:
three-way-inherit = Follow the organization (now: { $now })
three-way-on = Yes, always at { $location }
three-way-off = No, never at { $location }
confirm-yes = I confirm this
length-unit = Unit of { $field }
money-in = { $field } in { $currency }
money-locations = { $count ->
        [one] at 1 location
       *[other] at { $count } locations
    }
limits-between = From { $from } to { $to }.
limits-from = { $from } or more.
limits-to = { $to } or less.
limits-day-from = { $from } or later.
limits-day-to = { $to } or earlier.
limits-zero = 0 means { $means }.
text-most = At most { $count } characters.
text-bytes = At most { $count } bytes; letters with accents take more than one.
line-example = For example { $example }.
time-zone = { $zone }
time-of-each = at each location
choose-exactly = Choose { $count }.
choose-between = Choose { $from } to { $to }.
choose-least = Choose at least { $count }.
choose-most = Choose at most { $count }.
choose-none = Nothing chosen means none, on purpose.
closed-currencies = Only for { $codes }.
closed-countries = Only in { $codes }.
closed-withdrawn = No longer offered.
filter-label = Narrow the list: { $field }
filter-hint = Filter
filter-shown = { $count ->
        [one] 1 shown
       *[other] { $count } shown
    }
list-empty-there = There is nothing yet. Create it in { $there }, then Refresh list.
list-empty-here = There is nothing to choose yet.
list-read = { $count ->
        [0] The list was read again. It is empty.
        [one] The list was read again. It has 1 entry.
       *[other] The list was read again. It has { $count } entries.
    }
list-failed = The list could not be loaded. What was chosen is kept, by its last known name.
list-stale = This list is of { $moment }; it could not be loaded again.
any-all = { $field }: any or all
any-all-any = Any of these
any-all-all = All of these

lines-text = One on each line.
lines-mail = One e-mail address on each line.
lines-domain = One domain on each line, such as example.org.
lines-network = One network on each line, such as 192.0.2.0/24.
lines-address = One whole address on each line.
lines-most = At most { $count }.
union-inherited = { $count ->
        [one] From the organization, counts here too:
       *[other] { $count } from the organization, count here too:
    }
union-own = Add your own below.
add-number = Add a number
add-period = Add a period
add-hours = Add hours
add-thing = Add one
add-pair = Add a pair
remove = Remove
move-up = Up
move-down = Down
period-first = { $field } { $number }: first day
period-last = { $field } { $number }: last day
periods-none = No periods
schedule-zone = Times are in { $zone }.
schedule-zones = Times are those of each location.
schedule-overnight = A closing time before the opening time means the next day.
next-day = next day
day-closed = Closed
day-opens = { $day }, opens
day-closes = { $day }, closes
day-span = hours on { $day }

secret-not-set = Not set
secret-set = Set
secret-set-on = Set on { $date }
secret-set-by = Set on { $date } by { $who }
secret-expires = Expires on { $date }
secret-old = The one before works until { $moment }.
secret-bound = Not taken from the organization, since this location sends it to another address ({ $fields }). Enter the one for here.
secret-moves = { $field } of { $location } was entered for another address. Remove it there first, and enter it there again afterwards.
secret-replace = Replace
secret-new = New: { $field }
secret-enter = Enter: { $field }
secret-keep = Leave it empty to keep the one we have. It is stored encrypted and never shown again.
secret-again = Enter { $field } again before you save: a secret does not stay on the page.
secret-overlap = { $count ->
        [one] The one before works for 1 hour more.
       *[other] The one before works for { $count } hours more.
    }
secret-length = { $from } to { $to } characters.
secret-least = At least { $count } characters.
secret-make = Make one up
    .text = A long random one is made when you save.
secret-expiry = Expires on

template-placeholders = These are filled in:
template-must = It has to contain { $names }.
template-must-one = It has to contain one of { $names }.
template-language = Language to add
template-add = Add a language
template-drop = Remove this language

things-none = None yet
things-between = { $from } to { $to }.
things-least = At least { $count }.
things-most = At most { $count }.
order-none = Nothing is listed
order-add = Add to { $field }
order-add-button = Add
order-after = What is not listed comes after these, by name.
order-left-out = What is not listed does not count.
pairs-none = No pairs
pair-left = In OfficeRnD
pair-right = At the other side
pair-direction = Direction
pair-values = Paired options
    .text = One pair on each line, such as gold = premium.
direction-to-partner = From OfficeRnD
direction-to-officernd = To OfficeRnD
direction-both = Both ways

table-caption = { $field }, by { $rows }
table-from = Comes from
table-change = Change
table-others = All others
table-others-help = What is added to “{ $rows }” later takes the row “All others”, until you give it a row of its own.
table-open = { $count ->
        [one] Not filled in yet: { $rows }
       *[other] { $count } are not filled in yet: { $rows }
    }
table-open-more = { $count ->
        [one] 1 more
       *[other] { $count } more
    }
table-own = { $own } of { $all } rows are your own
table-problems = { $count ->
        [one] 1 row needs fixing
       *[other] { $count } rows need fixing
    }
table-each-location = “{ $rows }” differ from location to location. Choose a location to set them.
table-empty = There is nothing under “{ $rows }” here yet.
table-nothing = Not set
table-cell = { $column } for { $row }
table-reset = Reset

## After saving, and before

summary = { $count ->
        [one] Nothing is saved yet: 1 answer needs fixing
       *[other] Nothing is saved yet: { $count } answers need fixing
    }
saved = { $count ->
        [one] Saved. 1 change.
       *[other] Saved. { $count } changes.
    }
saved-nothing = There was nothing to change
explain = Which settings apply to a member or booking?
explain-about = Member or booking
explain-lead = Enter the id of a member or booking, as it stands in the address of its page in OfficeRnD. { $integration } says which settings apply, and why.
explain-button = Explain
explain-says = { $integration } says about { $subject }
explain-settings = The settings in force stand below, each with whose word it is.
draft-gone = What waited to be saved is not here any more
    .text = It was saved or discarded, or its time was over. This page shows what is saved now.
saved-places = { $count ->
        [one] Something else is in force at { $places }.
       *[other] Something else is in force at { $count } locations: { $places }.
    }
saved-merged = Somebody else saved at { $time }. You changed different settings, so both count.
saved-merged-by = { $who } saved at { $time }. You changed different settings, so both count.
changes-more = and { $count ->
        [one] 1 more change
       *[other] { $count } more changes
    }
lock-change = set for all locations
change-reset = (inherited again)
preview = { $count ->
        [0] Saving would change nothing in force
        [one] Saving would change 1 value in force
       *[other] Saving would change { $count } values in force
    }
    .text = Nothing is saved yet.
preview-nothing = Every location keeps what it has.
preview-untouched = { $count ->
        [one] 1 location stays as it is.
       *[other] { $count } locations stay as they are.
    }
draft = { $count ->
        [one] 1 change of { $moment } was not saved
       *[other] { $count } changes of { $moment } were not saved
    }
    .text = Your visit had ended, or a question found no answer in time. What you typed is kept here, without secrets.
draft-resume = Go on with it
draft-discard = Discard it

conflict = { $who } changed the same settings while you were editing
    .text = { $who } saved at { $saved }. You opened the page at { $opened }. Your changes are not saved yet, and none of them is lost.
conflict-title = { $count ->
        [one] 1 setting to decide
       *[other] { $count } settings to decide
    }
conflict-decide = { $count ->
        [one] 1 setting to decide
       *[other] { $count } settings to decide
    }
conflict-caption = Choose one value in each row
conflict-setting = Setting
conflict-original = When you opened the page
conflict-theirs = { $who }, { $time }
conflict-yours = You
conflict-theirs-spoken = Theirs:
conflict-yours-spoken = Yours:
conflict-clear = { $count ->
        [one] 1 setting needs no decision
       *[other] { $count } settings need no decision
    }
conflict-clear-caption = Only one of you touched these, so both of you keep what you did
conflict-before = Before
conflict-after = Will be
conflict-by = Changed by
conflict-secrets = Secrets are not kept. Enter them again afterwards: { $fields }.
conflict-history = Both versions stay in the history, and either can be restored.
conflict-save = { $count ->
        [one] Save this setting
       *[other] Save these { $count } settings
    }
conflict-edit = Back to editing
conflict-discard = Discard my changes

confirm-question = { $count ->
        [one] Save this change
       *[other] Save these { $count } changes
    } for { $place }?
confirm-title = Confirm for { $place }
confirm-lead = Nothing is saved yet.
confirm-counted = counted at { $time }
confirm-locations = Locations where something changes
confirm-values = { $count ->
        [one] 1 value in force
       *[other] { $count } values in force
    }
confirm-untouched = Locations that stay as they are
confirm-show = { $count ->
        [one] Show the location and its values
       *[other] Show the { $count } locations and their values
    }
confirm-name = Type the name to go on
    .text = { $name }. Capital letters, accents and dots do not matter.
confirm-name-short = Name
confirm-button = { $count ->
        [one] Save this change
       *[other] Save these { $count } changes
    } for { $place }
confirm-back = Back to editing
confirm-restore = { $count ->
        [one] Restore this dangerous value
       *[other] Restore these { $count } dangerous values
    } for { $place }?
confirm-restore-button = { $count ->
        [one] Restore it with this value
       *[other] Restore it with these { $count } values
    } for { $place }
confirm-restore-back = Back to the version
confirm-lock = { $count ->
        [one] Let this value count
       *[other] Let these { $count } values count
    } for { $place }?
confirm-lock-button = { $count ->
        [one] Let this value count
       *[other] Let these { $count } values count
    } for { $place }
confirm-lock-back = Back to the settings
confirm-moved = The settings were changed after you were asked
    .text = Nothing has been saved. Below is what would happen now. Look at it again before you confirm.
confirm-lapsed = This question has waited too long
    .text = It waits an hour for an answer, since what it counts changes. Nothing of it was saved.
    .kept = What you typed is kept until { $moment }, without secrets. Go on with it, and save it from there.
confirm-over = This question is over
    .text = It was answered, or its time is over. The settings show what is saved now.
confirm-broken = This cannot be done now
    .text = Nothing has been saved. Go back, and change what stands in the way first.

history = History of changes
    .text = Every change of the settings, newest first. A version that you restore becomes a new change.
history-list = Changes
history-none = Nothing yet. Changes of the settings are listed here, newest first.
history-changes = { $count ->
        [one] 1 change
       *[other] { $count } changes
    }
history-current = In force
history-restore = Restore
history-restored = The version of { $moment } is restored
    .text = The settings before it stay in the history.
history-older = Older
history-newer = Newer
history-back = Back to the settings
origin-page = on this page
origin-connect = while connecting
origin-api = through the API
origin-restore = by restoring a version
restore = Restore the version of { $moment }
    .text = Nothing has happened yet. Restoring is a new change; what is there now stays in the history.
restore-changes = { $count ->
        [0] Nothing would change
        [one] 1 setting would change
       *[other] { $count } settings would change
    }
restore-broken = This version cannot be restored now
    .text = A rule refuses it. Change what the rule names, or restore another version.
restore-nothing = The settings are the same as they were then.
restore-left-out = These cannot be restored, since secrets are never kept or the setting is another one today: { $fields }.
restore-button = { $count ->
        [one] Restore 1 setting
       *[other] Restore { $count } settings
    }
restore-back = Back to the history

message-stale-kept = Open Configure again in OfficeRnD
    .title = Your visit has ended
    .what = Nothing was saved, but nothing is lost: what you typed is kept for 24 hours, without secrets, and offered when you come back.
    .do-1 = Return to OfficeRnD, Settings, Integrations.
    .do-2 = Choose <strong>Configure</strong> beside { $integration }.

## Removals that wait for approval

approval-question = { $remove ->
        [one] Remove 1 of { $of } members?
       *[other] Remove { $remove } of { $of } members?
    }
approval-heading-settled = { $remove } of { $of } members
approval-title = Approve { $remove } removals
approval-lead = { $integration } wants to remove them from its own system. Your guard stopped the run, and nothing happens until you decide.
approval-asked = Asked on { $moment }
approval-would-go = Members that would go
approval-of = of { $of }, { $percent } %
approval-above = Locations above the guard
    .text = of { $count } in this run
approval-guard = above { $percent } %
approval-within = within the guard
approval-count = { $remove } of { $of } members ({ $percent } %)
approval-members = { $count ->
        [one] Show who it is
       *[other] Show all { $count }
    }
approval-more = { $count ->
        [one] and 1 more whose name was not given
       *[other] and { $count } more whose names were not given
    }
approval-no-names = Their names were not given.
approval-final = What is removed cannot be brought back from here
    .text = Often a plan that was archived, or a mapping that was emptied, is the reason. If that was a mistake, choose to keep them, mend it, and synchronize again.
approval-yes = { $remove ->
        [one] Remove this member
       *[other] Remove these { $remove } members
    }
approval-no = Keep them all
approval-csv = The list as CSV
approval-back = Back to the settings
approval-granted = Approved on { $moment }.
approval-refused = Refused on { $moment }. Nobody was removed by this run.
approval-over = The question is settled: a later run took the place of this one, or it was given up.
approval-notice = The last run would remove { $remove } of { $of } members ({ $percent } %). Nothing happens until you look at the list.
approval-look = Look at the list
