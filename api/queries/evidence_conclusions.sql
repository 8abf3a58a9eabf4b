-- What the evidence says, in sentences.
select * from main.evidence_conclusions order by statement_number
