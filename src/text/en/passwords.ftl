# Passwords on standard input, in the environment and in a file.

password-variable-is-not-text = the password in the environment is not UTF-8 text
line-of-password-is-too-long = the line on standard input has { $length } bytes, and a password has at most 4096
standard-input-could-not-be-read = standard input could not be read: { $error }
standard-input-held-no-password = standard input held no password
give-the-password-as-one-line = give it as one line, or leave --password-stdin out
password-on-standard-input-is-not-text = the password on standard input is not UTF-8 text

password-could-not-be-read = the password could not be read: { $error }

passwords-could-not-be-read = the file of passwords could not be read: { $error }
file-of-passwords-is-readable-by-others = the file of passwords is readable by others
passwords-are-too-large = the file of passwords is larger than { $most } bytes
passwords-need-a-header = the first line must be the header serial,password or account,password
put-password-in-quotes = put a password with a comma or a quote in double quotes, as spreadsheets do
line-has-not-two-fields = the line has { $fields } fields, not 2
field-is-empty = a field is empty
line-is-a-duplicate = '{ $key }' is a duplicate of line { $first }
passwords-hold-no-line = the file has no line below its header
line-is-not-text = the line is not UTF-8 text
keep-one-of-the-lines = keep one of the two lines; nothing was touched
name-the-file-of-passwords = name a CSV file that you may read, with the header serial,password or account,password; nothing was touched
take-the-line-out = take the line out, or plug the phone in; nothing was touched
