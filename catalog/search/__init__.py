"""Finding goods by words: Chinese segments and two-character grams, English words, pinyin."""
