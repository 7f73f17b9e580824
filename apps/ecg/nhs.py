"""Who assigns NHS numbers, as messages and files name it."""

NHS = ("NHS", "2.16.840.1.113883.2.1.4.1")
