
## Pages that stay as they are now, and keys

live-at = { $clock } { $zone }
live-as-of = As of { $at }
live-on = Live
live-paused = Paused: as of { $at }
live-lost = Not connected: as of { $at }
live-ended = Signed out: as of { $at }. Reload the page to sign in.
live-pause = Pause live updates
live-resume = Resume live updates
live-show = Show what is new
live-waits = Something is new. The button “Show what is new” shows it.
live-more = { $count ->
    [one] { $number } more connection is in trouble
   *[other] { $number } more connections are in trouble
}
shortcuts-title = Keyboard shortcuts
shortcuts-search = Search
shortcuts-next = Next row
shortcuts-previous = Row before
shortcuts-enter = Open the tenant of this row
shortcuts-help = Show these keys
shortcuts-on = Single keys act
    .hint = Kept in this browser. While you type in a field, they never act.
shortcuts-close = Close
overview-budget-chart = Requests to OfficeRnD’s token endpoint in a minute
    .described = Needed: { $needed }. Used in the last minute: { $used }. OfficeRnD allows { $limit }.
    .needed = needed
    .used = used
    .limit = limit { $limit }
overview-due-setting = { $field } of { $integration } at
overview-oldest = Oldest failure, since { $since }
