-- How much the audiences of different products are the same.
select
    measure,
    value,
    explanation
from main.audience_concentration
where audience = 'product audiences'
order by measure
