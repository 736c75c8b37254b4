# What is wrong with a chain of rows.

head-of-run-was-edited = the head of the run was edited
row-was-moved = it was row { $row }: a row was removed, added or moved
row-does-not-follow-the-one-before = it does not follow the row before it
row-was-edited = it was edited
row-belongs-to-another-run = it belongs to another run
row-has-another-picture = its picture was changed
last-row-is-not-the-runs-last = the last row is not the run's last: rows were removed or added at the end
row-has-a-problem = row { $number }: { $what }
