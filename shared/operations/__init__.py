"""Operations: work on a round that takes longer than a request, done by a worker."""
