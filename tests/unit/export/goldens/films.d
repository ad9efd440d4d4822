build/my\ film.mp4 build/tall.mp4: \
  film.yaml \
  stills/a\ b.png \
  cost$$5.png \
  \#1.png

film.yaml:

stills/a\ b.png:

cost$$5.png:

\#1.png:
