// Reads iCalendar objects from standard input, one after the other, and prints what ical.js understood of each, as a JSON
// array. Times are converted by the zone that the object itself spells out.
import ICAL from 'ical.js';

const text = await new Promise((resolve) => {
  const chunks = [];
  process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
});

const parsed = ICAL.parse(text);
const roots = Array.isArray(parsed[0]) ? parsed : [parsed];
console.log(JSON.stringify(roots.map((jcal) => {
  const calendar = new ICAL.Component(jcal);
  const zones = new Map(calendar.getAllSubcomponents('vtimezone').map((zone) => [zone.getFirstPropertyValue('tzid'), new ICAL.Timezone(zone)]));
  return {
    method: calendar.getFirstPropertyValue('method'),
    version: calendar.getFirstPropertyValue('version'),
    product: calendar.getFirstPropertyValue('prodid'),
    zones: [...zones.keys()],
    events: calendar.getAllSubcomponents('vevent').map((event) => ({
      uid: text_(event, 'uid'),
      sequence: event.getFirstPropertyValue('sequence'),
      stamp: instant(event, 'dtstamp'),
      start: instant(event, 'dtstart'),
      end: instant(event, 'dtend'),
      zone: event.getFirstProperty('dtstart')?.getParameter('tzid') ?? null,
      summary: text_(event, 'summary'),
      description: text_(event, 'description'),
      location: text_(event, 'location'),
      status: text_(event, 'status'),
      class: text_(event, 'class'),
      organizer: event.getFirstPropertyValue('organizer'),
      attendees: event.getAllProperties('attendee').map((a) => ({ address: a.getFirstValue(), partstat: a.getParameter('partstat') ?? null, rsvp: a.getParameter('rsvp') ?? null })),
      properties: event.getAllProperties().map((p) => p.name),
    })),
  };

  function text_(event, name) {
    return event.getFirstPropertyValue(name) ?? null;
  }

  function instant(event, name) {
    const property = event.getFirstProperty(name);
    if (!property) {
      return null;
    }
    const time = property.getFirstValue();
    time.zone = zones.get(property.getParameter('tzid')) ?? ICAL.Timezone.utcTimezone;
    return time.toJSDate().toISOString();
  }
})));
