"""What an administrator decides in a round: its state, who takes part, marks, held values."""
