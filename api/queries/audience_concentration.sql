-- How much the audiences of different products overlap.
select
    measure,
    value,
    explanation
from main.audience_concentration
where audience = 'product audiences'
order by measure
