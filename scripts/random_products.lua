-- What wrk asks for: random products over the whole catalogue of the generated log at scale 1,
-- whose ids are 1 to 200,325.
math.randomseed(os.time())

request = function()
  return wrk.format("GET", "/recommend/" .. math.random(1, 200325))
end
