# A language made up for the tests. It says some messages only; the rest is said in English.

phones =
    { $phones ->
        [one] { $phones } fono
       *[other] { $phones } fonoj
    }

# The rows of a run, with their hints.
table-phone = fono
table-model = modelo
where-the-input-switch-is = sur la fono: '{ $name }'
phone-is-managed = { $owner } regas la fonon

# The board and the plain lines.
board-done = { $done } el { $all } finitaj
board-waiting = , { $waiting } atendas vin
connection-lost = konekto perdita
line-on-screen = ĉe { $name }

# Takes in a message that it does not have, so it is said in English.
what-signing-out-these-phones-does = { phones }, { accounts }

# The questions.
ask-to-sign-out = Elsaluti { phones }? Tajpu yes: {""}
ask-to-read-the-page = Legu la paĝon.

# The report.
sign-out-of-phones = Elsaluto de { phones } — { $run }
report-model = Modelo
report-operator = Laboristo
report-sort-by-this-column = Ordigu laŭ ĉi tiu kolumno
certificate-of-a-sign-out = Atesto: la konto foriris.
