"""Resolution: who is who in a store. Reads a neighbourhood, has it decided, and says what is to be written."""
