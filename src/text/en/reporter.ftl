# The board and the plain lines of a run.

connection-lost = connection lost
waits-for-other-phone-of-account = waits: other phone of the account
waits-its-turn = waits its turn

lost-database-of-record = lost the database of the record ({ $why }); phones wait before they change anything
row-is-not-in-the-record = the row of phone { $serial } is not in the record: { $error }
database-of-record-is-back = the database of the record is back; the phones go on

line-of-account = account { $account }: {""}
line-at-place = {""} at { $place }
line-with-account = account { $account }
line-identified = identified: { $parts }
line-on-screen = on { $name }
line-step-on-screen = on { $screen }: { $what }
waiting-for-person = waiting for a person: { $reason }: { $hint }
waiting-for-another-phone = waiting for another phone of its account
connected-again = connected again
line-counts-and-exit = { $counts }; exit { $exit }
line-started = started
line-continues = continues
unplugged = unplugged

phone-is-being-looked-at = looking
board-done = { $done } of { $all } done
board-well-and-not = {""} ({ $good } well, { $bad } not)
board-waiting = , { $waiting } for you
board-lost = , { $lost } lost
board-turn = , { $turn } wait their turn
and-more = {""}  and { $rest }
more-of-the-rest = { $n } more { $what }
rest-waiting = waiting for you
rest-lost = lost
rest-at-work = at work
rest-waiting-their-turn = waiting their turn
rest-done = done
