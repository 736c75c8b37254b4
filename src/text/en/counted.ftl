# Numbers with their noun, for other messages: `{ phones }`.

phones =
    { $phones ->
        [one] { $phones } phone
       *[other] { $phones } phones
    }
runs =
    { $runs ->
        [one] { $runs } run
       *[other] { $runs } runs
    }
rows =
    { $rows ->
        [one] { $rows } row
       *[other] { $rows } rows
    }
accounts =
    { $accounts ->
        [one] { $accounts } account
       *[other] { $accounts } accounts
    }
screens =
    { $screens ->
        [one] { $screens } screen
       *[other] { $screens } screens
    }
taps =
    { $taps ->
        [one] { $taps } tap
       *[other] { $taps } taps
    }
questions =
    { $questions ->
        [one] { $questions } question
       *[other] { $questions } questions
    }
notes =
    { $notes ->
        [one] { $notes } note
       *[other] { $notes } notes
    }
pages =
    { $pages ->
        [one] { $pages } page
       *[other] { $pages } pages
    }
rejections =
    { $rejections ->
        [one] { $rejections } rejection
       *[other] { $rejections } rejections
    }
simulated-phones =
    { $simulated_phones ->
        [one] { $simulated_phones } simulated phone
       *[other] { $simulated_phones } simulated phones
    }
mistakes =
    { $mistakes ->
        [one] { $mistakes } mistake
       *[other] { $mistakes } mistakes
    }
saved-screens =
    { $saved_screens ->
        [one] { $saved_screens } saved screen
       *[other] { $saved_screens } saved screens
    }
