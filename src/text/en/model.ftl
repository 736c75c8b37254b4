# Words that were mistyped: addresses, names of accounts.

not-an-account-of-the-list = '{ $text }' is not an account of the list (acct-1, acct-2, …)

not-a-tcp-spec = '{ $spec }' is not tcp:PORT or tcp:HOST:PORT
not-host-port = '{ $text }' is not HOST:PORT
not-a-tcp-port = '{ $port }' is not a TCP port (1 to 65535)
ipv6-address-needs-brackets = '{ $text }' is not HOST:PORT: put an IPv6 address in brackets, as in [::1]:{ $port }

another-run-works-on-phone = { $by } works on this phone: wait until it has ended, then run again
