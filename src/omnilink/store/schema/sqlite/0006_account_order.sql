-- What an account lately recorded, newest first: machines that answer each other are known by their pace.
CREATE INDEX interaction_account ON interaction (account);
